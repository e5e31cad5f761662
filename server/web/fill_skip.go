package web

import (
	"encoding/json"
	"strconv"

	"probity/tender/fault"
)

// skip reads the next value and keeps nothing of it but its faults.
func (f *filler) skip(path string, depth int) error {
	t, err := f.token(path, depth)
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return f.skipObject(path, depth)
		}
		return f.skipList(path, depth)
	case string:
		if control(t) {
			f.mistake(path, fault.Say("Control characters are not allowed."))
		}
	}
	return nil
}

func (f *filler) skipObject(path string, depth int) error {
	return f.members(path, depth, func(_, at string) error { return f.skip(at, depth+1) })
}

func (f *filler) skipList(path string, depth int) error {
	for i := 0; f.dec.More(); i++ {
		if i == maxList {
			return malformed(path, "it has too many elements")
		}
		if err := f.skip(path+"["+strconv.Itoa(i)+"]", depth+1); err != nil {
			return err
		}
	}
	_, err := f.token(path, depth)
	return err
}
