package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The reader takes files of the form that assembly.write makes: one revision,
// one classic cross-reference table that names every object, nothing before,
// between or behind. Other PDF files, though good, are not papers of ours. It
// reads bytes of strangers: it must not panic, recurse or allocate without
// bound.

// errForm is returned for anything that is not such a file.
var errForm = errors.New("pdf: not in the form of our papers")

type (
	dict map[string]any // values: dict, []any, name, ref, str, string for a number or word
	name string
	str  string
	ref  int
)

const (
	maxObjects = 1 << 20
	maxNesting = 32
	maxFile    = 64 << 20 // an embedded file, unpacked
)

// reader gives access to the objects of a file.
type reader struct {
	file    []byte
	offsets []int
	trailer dict
}

func readFile(file []byte) (*reader, error) {
	tail := file[max(0, len(file)-48):]
	i := bytes.LastIndex(tail, []byte("\nstartxref\n"))
	if i < 0 || !bytes.HasPrefix(file, []byte("%PDF-1.7\n")) {
		return nil, errForm
	}
	number, ok := strings.CutSuffix(string(tail[i+11:]), "\n%%EOF\n")
	at, err := strconv.Atoi(number)
	if !ok || err != nil || at < 0 || at > len(file) || strconv.Itoa(at) != number {
		return nil, errForm
	}
	r := &reader{file: file}
	p := &parser{src: file, at: at}
	if err := r.table(p); err != nil {
		return nil, err
	}
	if !p.take("trailer\n") {
		return nil, errForm
	}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	r.trailer, ok = v.(dict)
	if !ok || r.trailer["Size"] != strconv.Itoa(len(r.offsets)) || r.trailer["Prev"] != nil || r.trailer["XRefStm"] != nil ||
		p.at != len(file)-len(tail)+i {
		return nil, errForm
	}
	return r, nil
}

// table reads the cross-reference table; every object must follow the one
// before it without a gap.
func (r *reader) table(p *parser) error {
	start := p.at
	if !p.take("xref\n0 ") {
		return errForm
	}
	n, err := strconv.Atoi(p.until('\n'))
	if err != nil || n < 2 || n > maxObjects || len(p.src)-p.at < 20*n || !p.take("0000000000 65535 f \n") {
		return errForm
	}
	r.offsets = make([]int, n)
	for i := 1; i < n; i++ {
		line := string(p.src[p.at : p.at+20])
		p.at += 20
		at, err := strconv.Atoi(line[:10])
		if err != nil || line[10:] != " 00000 n \n" || at <= r.offsets[i-1] || at >= start {
			return errForm
		}
		r.offsets[i] = at
	}
	return nil
}

// object reads object n. For a stream it also returns its bytes as stored.
func (r *reader) object(n ref) (any, []byte, error) {
	if n < 1 || int(n) >= len(r.offsets) {
		return nil, nil, errForm
	}
	p := &parser{src: r.file, at: r.offsets[n]}
	if !p.take(fmt.Sprintf("%d 0 obj\n", n)) {
		return nil, nil, errForm
	}
	v, err := p.value(0)
	if err != nil {
		return nil, nil, err
	}
	var data []byte
	if d, ok := v.(dict); ok && p.take("\nstream\n") {
		s, _ := d["Length"].(string)
		size, err := strconv.Atoi(s)
		if err != nil || size < 0 || size > len(p.src)-p.at {
			return nil, nil, errForm
		}
		data = p.src[p.at : p.at+size : p.at+size]
		p.at += size
		if !p.take("\nendstream") {
			return nil, nil, errForm
		}
	}
	if !p.take("\nendobj\n") {
		return nil, nil, errForm
	}
	return v, data, nil
}

// dict reads object v, which must be a reference to a dictionary.
func (r *reader) dict(v any) (dict, error) {
	n, ok := v.(ref)
	if !ok {
		return nil, errForm
	}
	o, _, err := r.object(n)
	if err != nil {
		return nil, err
	}
	d, ok := o.(dict)
	if !ok {
		return nil, errForm
	}
	return d, nil
}

// files unpacks the embedded files by name.
func (r *reader) files() (map[string][]byte, error) {
	catalog, err := r.dict(r.trailer["Root"])
	if err != nil {
		return nil, err
	}
	names, _ := catalog["Names"].(dict)
	tree, _ := names["EmbeddedFiles"].(dict)
	list, _ := tree["Names"].([]any)
	out := make(map[string][]byte, len(list)/2)
	total := 0
	for i := 0; i+1 < len(list); i += 2 {
		key, ok := list[i].(str)
		spec, err := r.dict(list[i+1])
		if _, twice := out[string(key)]; !ok || twice || err != nil {
			return nil, errForm
		}
		ef, _ := spec["EF"].(dict)
		n, _ := ef["F"].(ref)
		_, packed, err := r.object(n)
		if err != nil {
			return nil, err
		}
		data, err := inflate(packed, maxFile-total)
		if err != nil {
			return nil, err
		}
		total += len(data)
		out[string(key)] = data
	}
	return out, nil
}

func inflate(packed []byte, limit int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errForm
	}
	data, err := io.ReadAll(io.LimitReader(z, int64(limit)+1))
	if err != nil || len(data) > limit {
		return nil, errForm
	}
	return data, nil
}

// unhex reads the digits between angle brackets; capitals are refused, so that
// a string has one form.
func unhex(s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil || strings.ToLower(s) != s {
		return nil, errForm
	}
	return b, nil
}
