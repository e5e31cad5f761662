package site

import "strings"

// desk sends a person to where their work is.
func (s *Site) desk(v *Visit) error {
	switch {
	case !v.SignedIn():
		return s.askSignIn(v)
	case v.Me.Half:
		return v.SeeOther("", "/account/factor")
	case v.Me.Choose:
		return v.SeeOther("", "/place")
	}
	if links := v.Nav(); len(links) > 0 {
		return v.SeeOther("", links[0].Path)
	}
	return v.SeeOther("", "/")
}

// Nav lists the desks that the visitor may enter.
func (v *Visit) Nav() []Link {
	var list []Link
	for _, d := range v.site.Desks {
		for _, l := range d.Nav {
			if l.Right != "" && v.Me.May(l.Right) {
				list = append(list, l)
			}
		}
	}
	return list
}

// Links are those that everybody may follow.
func (v *Visit) Links() []Link {
	var list []Link
	for _, d := range v.site.Desks {
		for _, l := range d.Nav {
			if l.Right == "" {
				list = append(list, l)
			}
		}
	}
	return list
}

// Whereabouts is the path of the link in the header that the page belongs to:
// of those that it lies under, the longest; "" for none. /buy/contracts/x is
// among the contracts, and not on the board at /buy as well.
func (v *Visit) Whereabouts() string {
	here, best := v.R.URL.Path, ""
	for _, l := range append(v.Links(), v.Nav()...) {
		if (here == l.Path || strings.HasPrefix(here, strings.TrimSuffix(l.Path, "/")+"/")) && len(l.Path) > len(best) {
			best = l.Path
		}
	}
	return best
}
