package paper

// Evaluation is the report of the evaluation of one lot.
type Evaluation struct {
	Sheet
	Members        []Member      `json:"members,omitempty"`
	Requirements   []Requirement `json:"requirements,omitempty"`
	Criteria       []Criterion   `json:"criteria,omitempty"`
	PriceFormula   Text          `json:"priceFormula,omitempty"`
	Prices         []PriceSum    `json:"prices,omitempty"`
	Low            []LowBid      `json:"low,omitempty"`
	Ranking        []Rank        `json:"ranking,omitempty"`
	TieRule        Text          `json:"tieRule,omitempty"`
	Dissents       []Dissent     `json:"dissents,omitempty"`
	Recommendation Text          `json:"recommendation,omitempty"`
	Log            Place         `json:"log"`
}

// Member is a member of the evaluation committee.
type Member struct {
	Name        string `json:"name"`
	Position    Text   `json:"position,omitempty"`
	Declaration string `json:"declaration"` // of interests: "none", "declared", "excluded"
	Remark      Text   `json:"remark,omitempty"`
}

// Requirement is something a bid passes or fails.
type Requirement struct {
	ID       string    `json:"id"`
	Title    Text      `json:"title,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
}

// Finding is the verdict on one bid.
type Finding struct {
	Bidder string `json:"bidder"`
	Passed bool   `json:"passed,omitempty"`
	Reason string `json:"reason"`
}

// Criterion is something a bid is scored by.
type Criterion struct {
	ID     string  `json:"id"`
	Title  Text    `json:"title,omitempty"`
	Weight string  `json:"weight"` // "20 %"
	Most   string  `json:"most"`   // points that can be had
	Scores []Score `json:"scores,omitempty"`
}

// Score is what one bid got for a criterion.
type Score struct {
	Bidder string `json:"bidder"`
	Marks  []Mark `json:"marks,omitempty"`
	Agreed string `json:"agreed"` // by consensus
	Reason string `json:"reason"`
}

// Mark is what one evaluator gave, before the consensus.
type Mark struct {
	Evaluator string `json:"evaluator"`
	Points    string `json:"points"`
	Reason    string `json:"reason"`
}

// PriceSum shows how a price became points, line by line.
type PriceSum struct {
	Bidder string `json:"bidder"`
	Steps  []Step `json:"steps,omitempty"`
	Points string `json:"points"`
}

// Step is one line of a sum.
type Step struct {
	What  Text   `json:"what,omitempty"`
	How   string `json:"how,omitempty"` // "1,000.00 / 1,250.00 x 40"
	Value string `json:"value"`
}

// LowBid is how an abnormally low bid was handled.
type LowBid struct {
	Bidder   string `json:"bidder"`
	Price    Amount `json:"price"`
	Why      string `json:"why"`
	Asked    string `json:"asked"`
	Answer   string `json:"answer"`
	Accepted bool   `json:"accepted,omitempty"`
	Reason   string `json:"reason"`
}

// Rank is one line of the ranking.
type Rank struct {
	Place   string `json:"place"` // "1", or "-" for a bid that is out
	Bidder  string `json:"bidder"`
	Price   Amount `json:"price"`
	Quality string `json:"quality"`
	Points  string `json:"points"` // for the price
	Total   string `json:"total"`
	Remark  string `json:"remark,omitempty"`
}

// Dissent is a view of its own of a member.
type Dissent struct {
	Member string `json:"member"`
	View   string `json:"view"`
}

var evaluationKind = kind{"probity-evaluation/1", "evaluation", "evaluation-report.json"}

func (e Evaluation) sheet() Sheet { return e.Sheet }
func (e Evaluation) kind() kind   { return evaluationKind }
func (e Evaluation) withForm() any {
	e.Form = evaluationKind.form
	return e
}
