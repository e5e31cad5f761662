package seal

import (
	"errors"
	"io"

	"filippo.io/age"

	"probity/tender/fault"
)

// oneStanza opens age files that are encrypted to exactly one recipient of one
// type. A second stanza would be a second way in that re-sealing cannot see.
type oneStanza struct {
	id   age.Identity
	kind string
}

var errStanzas = errors.New("seal: not one stanza of the right kind")

func (o oneStanza) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != o.kind {
		return nil, errStanzas
	}
	return o.id.Unwrap(stanzas)
}

// watched remembers whether a read failed for a reason other than the end, so
// that a broken network is not taken for a broken bid.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// openPayload reads the whole payload once: hashes it, decrypts it, checks the
// container. The hash is decided on first, since wrong bytes are the operator's
// and a wrong container is the bidder's. cause is "" if all is well; err is for
// failures that say nothing about the bid.
func openPayload(src io.Reader, want Payload, id age.Identity, sink Sink) (files []File, cause string, err error) {
	in := &watched{r: src}
	parts := NewPartHasher(want.Part)
	files, cause, err = openContainer(io.TeeReader(io.LimitReader(in, want.Size+1), parts), id, sink)
	if err != nil && in.err == nil {
		return nil, "", err
	}
	if in.err == nil {
		_, _ = io.Copy(parts, io.LimitReader(in, want.Size+1-parts.size))
	}
	if in.err != nil {
		return nil, "", in.err
	}
	if parts.Payload() != want {
		return nil, CausePayloadAltered, nil
	}
	return files, cause, nil
}

func openContainer(src io.Reader, id age.Identity, sink Sink) ([]File, string, error) {
	plain, err := age.Decrypt(src, oneStanza{id, "mlkem768x25519"})
	if err != nil {
		return nil, CausePayloadAge, nil
	}
	inner := &watched{r: plain}
	files, err := readContainer(inner, sink)
	switch {
	case inner.err != nil: // a chunk does not authenticate, or the file is cut
		return nil, CausePayloadAge, nil
	case fault.Coded(err, CauseContainer):
		return nil, CauseContainer, nil
	case err != nil: // the sink failed
		return nil, "", err
	}
	return files, "", nil
}
