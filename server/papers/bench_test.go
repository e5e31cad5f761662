package papers

import (
	"testing"

	"probity/documents/paper"
	"probity/tender/contract"
)

// BenchmarkContract draws a bilingual contract of two hundred items.
func BenchmarkContract(b *testing.B) {
	r := agreed()
	for len(r.Items) < 200 {
		r.Items = append(r.Items, r.Items[0])
	}
	p := &Papers{imprint: Imprint{URL: "https://tenders.example.org", Platform: "Probity"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Draw(b.Context(), &contract.Contract{Record: r}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpening makes the data of an opening record and draws them.
func BenchmarkOpening(b *testing.B) {
	r := opened()
	b.ReportAllocs()
	for b.Loop() {
		x, err := OpeningOf(school(), r, names(), Imprint{Platform: "Probity", URL: "https://tenders.example.org"})
		x.Number = "O-1"
		if err == nil {
			_, err = paper.Draw(x)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
