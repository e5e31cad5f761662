package web

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"
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
	wrong := map[string]string{}
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

func shapeSentence(e validator.FieldError) string {
	countable := e.Kind() == reflect.Slice || e.Kind() == reflect.Map
	switch t := e.Tag(); {
	case strings.HasPrefix(t, "required"):
		return "Fill this in."
	case t == "max" && e.Kind() == reflect.String:
		return "At most " + e.Param() + " characters."
	case t == "min" && e.Kind() == reflect.String:
		return "At least " + e.Param() + " characters."
	case t == "len" && e.Kind() == reflect.String:
		return "Exactly " + e.Param() + " characters."
	case t == "max" && countable:
		return "At most " + e.Param() + " of these."
	case t == "min" && countable:
		return "At least " + e.Param() + " of these."
	case t == "unique":
		return "Give each of these once."
	case t == "max" || t == "lte":
		return "At most " + e.Param() + "."
	case t == "min" || t == "gte":
		return "At least " + e.Param() + "."
	case t == "lt":
		return "Less than " + e.Param() + "."
	case t == "gt":
		return "More than " + e.Param() + "."
	case t == "oneof":
		return "Choose one of: " + strings.Join(strings.Fields(e.Param()), ", ") + "."
	case t == "email":
		return "Write an e-mail address like name@example.org."
	}
	return "This does not have the form it must have."
}
