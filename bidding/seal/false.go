package seal

// FalseShares lists the bids for which an answer holds a share that does not
// match its commitment. It combines nothing, so a server can ask it as soon as
// an answer comes in, and name the sender.
func (o Opening) FalseShares(a Answer) ([]Fingerprint, error) {
	cases, err := o.Check()
	if err != nil {
		return nil, err
	}
	if err := a.Check(o.Batch, o.Manifest); err != nil {
		return nil, err
	}
	wrong := make([]bool, len(cases))
	parallel(len(cases), func(i int) {
		r, _ := count(cases[i], i, []Answer{a})
		for _, c := range r.Complaints {
			wrong[i] = wrong[i] || c.Code == CauseFalseShare
		}
	})
	var list []Fingerprint
	for i, w := range wrong {
		if w {
			list = append(list, cases[i].Fingerprint())
		}
	}
	return list, nil
}
