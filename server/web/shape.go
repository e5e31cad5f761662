package web

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"

	"probity/tender/fault"
)

// shapes checks the validate tags of request structs: lengths, ranges, what
// must be there. It knows nothing about meaning; that is the domain's.
var shapes = func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(nameOf)
	return v
}()

// nameOf is the field's name as the caller knows it.
func nameOf(f reflect.StructField) string {
	for _, from := range []string{"path", "query", "header", "json"} {
		if name, _, _ := strings.Cut(f.Tag.Get(from), ","); name != "" && name != "-" {
			return name
		}
	}
	if f.Anonymous {
		return unnamed
	}
	return f.Name
}

// unnamed stands in a path for an embedded struct, which callers do not see.
const unnamed = "\x00"

// checkShape refuses v with status 422 and a sentence for each field.
func checkShape(in *input, v reflect.Value) error {
	err := shapes.Struct(v.Interface())
	if err == nil {
		return nil
	}
	list, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return fmt.Errorf("web: check %v: %w", in.of, err)
	}
	skip := 1
	if in.whole != nil {
		skip = 2
	}
	wrong := map[string]fault.Sentence{}
	for _, e := range list {
		if len(wrong) == maxWrong {
			break
		}
		path := strings.ReplaceAll(e.Namespace(), unnamed+".", "")
		if parts := strings.SplitN(path, ".", skip+1); len(parts) > skip {
			path = parts[skip]
		}
		wrong[clip(path)] = shapeSentence(e)
	}
	return mistaken(wrong)
}

func shapeSentence(e validator.FieldError) fault.Sentence {
	countable := e.Kind() == reflect.Slice || e.Kind() == reflect.Map
	switch t := e.Tag(); {
	case strings.HasPrefix(t, "required"):
		return fault.Say("Fill this in.")
	case t == "max" && e.Kind() == reflect.String:
		return fault.Say("At most %s characters.", e.Param())
	case t == "min" && e.Kind() == reflect.String:
		return fault.Say("At least %s characters.", e.Param())
	case t == "len" && e.Kind() == reflect.String:
		return fault.Say("Exactly %s characters.", e.Param())
	case t == "max" && countable:
		return fault.Say("At most %s of these.", e.Param())
	case t == "min" && countable:
		return fault.Say("At least %s of these.", e.Param())
	case t == "unique":
		return fault.Say("Give each of these once.")
	case t == "max" || t == "lte":
		return fault.Say("At most %s.", e.Param())
	case t == "min" || t == "gte":
		return fault.Say("At least %s.", e.Param())
	case t == "lt":
		return fault.Say("Less than %s.", e.Param())
	case t == "gt":
		return fault.Say("More than %s.", e.Param())
	case t == "oneof":
		return fault.Say("Choose one of: %s.", strings.Join(strings.Fields(e.Param()), ", "))
	case t == "email":
		return fault.Say("Write an e-mail address like name@example.org.")
	}
	return fault.Say("This does not have the form it must have.")
}
