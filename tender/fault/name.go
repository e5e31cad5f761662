package fault

// Name is a word of the program, such as an envelope or a kind of document, that
// stands in a sentence: whoever says the sentence in another language says this
// in it too. Words that have a type of their own, such as states, need none.
type Name struct {
	Of   string // what it names: "envelope"
	Word string
}

// Names makes names of words.
func Names(of string, words ...string) []Name {
	list := make([]Name, len(words))
	for i, w := range words {
		list[i] = Name{of, w}
	}
	return list
}

// String is the word as the program has it.
func (n Name) String() string { return n.Word }
