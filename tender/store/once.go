package store

import "context"

type onceKey struct{}

// WithIDs says how what is made under ctx is named. A request that may be
// repeated, because nobody knows whether it took effect, gives the same names
// each time: so what the first try has made is found, and not made again.
func WithIDs(ctx context.Context, next func() string) context.Context {
	return context.WithValue(ctx, onceKey{}, next)
}

// NextID returns the next name that ctx gives; "" if it gives none.
func NextID(ctx context.Context) string {
	if next, ok := ctx.Value(onceKey{}).(func() string); ok {
		return next()
	}
	return ""
}
