package pdf

import (
	"fmt"
	"strings"
)

// elem is a node of the structure tree (ISO 32000-1, 14.7): what a screen
// reader reads aloud, and what text is extracted from in order.
type elem struct {
	tag, lang, alt string
	attr           string // attribute dictionary, "" for none
	kids           []*elem
	marks          []markRef
	annot          bool // holds the seal's widget
	object         int  // given when the tree is written
}

// markRef is a marked-content sequence: number id on a page counted from 0.
type markRef struct{ page, id int }

// add hangs a new element below up.
func (d *Doc) add(up *elem, tag string) *elem {
	e := &elem{tag: tag}
	up.kids = append(up.kids, e)
	return e
}

// within runs f with e as the current element.
func (d *Doc) within(e *elem, f func()) {
	was := d.parent
	d.parent = e
	f()
	d.parent = was
}

// block runs f inside a new element.
func (d *Doc) block(tag string, f func()) *elem {
	e := d.add(d.parent, tag)
	d.within(e, f)
	return e
}

// mark makes what f draws on the current page content of e.
func (d *Doc) mark(e *elem, f func()) {
	p := d.page()
	e.marks = append(e.marks, markRef{len(d.pages) - 1, p.marks})
	d.raw(fmt.Sprintf("/%s <</MCID %d>> BDC", e.tag, p.marks))
	p.marks++
	f()
	d.raw("EMC")
}

// artifact makes what f draws no part of the content: lines, page numbers.
func (d *Doc) artifact(f func()) {
	d.raw("/Artifact BMC")
	f()
	d.raw("EMC")
}

// writeTree writes the structure tree and returns its root. Page i has
// StructParents i; the seal's widget has StructParent len(pages).
func (a *assembly) writeTree(root *elem, pages []*page) int {
	tree, parents := a.reserve(), a.reserve()
	owners := make([][]int, len(pages)) // object of each marked-content sequence
	for i, p := range pages {
		owners[i] = make([]int, p.marks)
	}
	widget := 0
	var write func(e *elem, up int)
	write = func(e *elem, up int) {
		e.object = a.reserve()
		if e.annot {
			widget = e.object
		}
		for _, k := range e.kids {
			write(k, e.object)
		}
		for _, m := range e.marks {
			owners[m.page][m.id] = e.object
		}
		a.set(e.object, a.element(e, up))
	}
	write(root, tree)
	a.set(tree, fmt.Sprintf("<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>",
		root.object, parents, len(pages)+1))

	var nums strings.Builder
	for i, list := range owners {
		fmt.Fprintf(&nums, "%d[", i)
		for _, o := range list {
			fmt.Fprintf(&nums, "%d 0 R ", o)
		}
		nums.WriteString("]")
	}
	if widget > 0 {
		fmt.Fprintf(&nums, "%d %d 0 R", len(pages), widget)
	}
	a.set(parents, "<</Nums["+nums.String()+"]>>")
	return tree
}

func (a *assembly) element(e *elem, up int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<</Type/StructElem/S/%s/P %d 0 R", e.tag, up)
	if len(e.marks) > 0 {
		fmt.Fprintf(&s, "/Pg %d 0 R", a.pages[e.marks[0].page])
	}
	s.WriteString("/K[")
	for _, m := range e.marks {
		if m.page == e.marks[0].page {
			fmt.Fprintf(&s, "%d ", m.id)
		} else {
			fmt.Fprintf(&s, "<</Type/MCR/Pg %d 0 R/MCID %d>>", a.pages[m.page], m.id)
		}
	}
	for _, k := range e.kids {
		fmt.Fprintf(&s, "%d 0 R ", k.object)
	}
	if e.annot {
		fmt.Fprintf(&s, "<</Type/OBJR/Obj %d 0 R>>", a.widget)
	}
	s.WriteString("]")
	if e.lang != "" {
		s.WriteString("/Lang(" + e.lang + ")")
	}
	if e.alt != "" {
		s.WriteString("/Alt" + textString(e.alt))
	}
	if e.attr != "" {
		s.WriteString("/A" + e.attr)
	}
	return s.String() + ">>"
}
