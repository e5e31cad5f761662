package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"probity/bidding"
	"probity/tender/fault"
)

// final reports whether sending the part again could not help.
func final(err error) bool {
	a, ok := errors.AsType[*Answer](err)
	if !ok {
		return fault.From(err).Kind != fault.Busy && fault.From(err).Kind != fault.Internal
	}
	switch a.Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
		return fault.From(err).Code != "request.incomplete"
	}
	return false // a ticket that is used up, a store that is away: ask again where to send
}

// send puts the targets' parts on their way, a few at a time. It returns the
// first failure, and lets what is on its way arrive unless that is pointless.
func (u *upload) send(ctx context.Context, targets []bidding.Target) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := make(chan bidding.Target)
	go func() {
		defer close(next)
		for _, t := range targets {
			select {
			case next <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	var all sync.WaitGroup
	var once sync.Once
	var first error
	for range min(u.opts.AtOnce, len(targets)) {
		all.Go(func() {
			for t := range next {
				if err := u.part(ctx, t); err != nil {
					once.Do(func() { first = err })
					if final(err) {
						cancel()
					}
					return
				}
			}
		})
	}
	all.Wait()
	return first
}

// part sends one part. The line is cut when it stops taking bytes.
func (u *upload) part(ctx context.Context, t bidding.Target) error {
	size := u.s.PartLen(int64(t.Part) - 1)
	if size == 0 {
		return fault.New(fault.Internal, "client.answer", "The server asks for a part that there is not.")
	}
	to, err := u.resolve(t.URL)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stallTime, func() { cancel(errStalled) })
	defer stalled.Stop()
	var passed atomic.Int64
	body := &counted{r: io.NewSectionReader(u.file, (int64(t.Part)-1)*u.s.Part, size), tell: func(n int64) {
		u.opts.Progress.tell("send "+u.s.Name, u.sent.Add(n-passed.Swap(n)), u.s.Size)
		stalled.Reset(stallTime)
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, to, body)
	if err != nil {
		return fault.New(fault.Internal, "client.answer", "The server names no address for a part.").Because(err)
	}
	req.ContentLength = size
	for name, value := range t.Header {
		req.Header.Set(name, value)
	}
	if err = u.put(req); err != nil {
		u.sent.Add(-passed.Load())
		if _, answered := errors.AsType[*Answer](err); !answered {
			err = unreachable(to, errors.Join(err, context.Cause(ctx)))
		}
	}
	return err
}

// put sends a part and reads what is said about it.
func (u *upload) put(req *http.Request) error {
	res, err := u.c.http().Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err == nil && (res.StatusCode < 200 || res.StatusCode > 299) {
		return problem(res, b)
	}
	return err
}

var errStalled = errors.New("client: the line has taken nothing for too long")

// resolve finds where a part goes: on this server, or at an object store that
// it names. The address is a secret of its own and the token does not go along.
func (u *upload) resolve(target string) (string, error) {
	base, err := url.Parse(u.c.Base)
	if err != nil {
		return "", err
	}
	to, err := base.Parse(target)
	if err != nil || to.Scheme != "https" && to.Scheme != "http" || to.Scheme == "http" && base.Scheme == "https" {
		return "", fault.New(fault.Denied, "upload.address", "The server names no address that a sealed part may be sent to.").Because(err)
	}
	return to.String(), nil
}
