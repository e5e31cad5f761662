package papers

import (
	"fmt"

	"probity/documents/paper"
	"probity/tender"
	"probity/tender/contract"
)

// The sentences that papers say in their own words are here, each in both
// languages. Those of contracts are frozen with them.

func subject(r contract.Record) paper.Text {
	return both(
		fmt.Sprintf("The supplier provides what the items below list, as offered for lot %s of procedure %s and awarded by decision %s.", r.Lot, r.Tender, r.Award),
		fmt.Sprintf("供应商按其在采购项目%[2]s第%[1]s标段中的投标，并依据中标决定%[3]s，提供下列各项标的。", r.Lot, r.Tender, r.Award))
}

func payment(days int) paper.Text {
	return both(fmt.Sprintf("The buyer pays within %d days of receiving a correct invoice.", days),
		fmt.Sprintf("采购人应在收到合格发票后%d日内付款。", days))
}

func security(m tender.Money) paper.Text {
	return both(fmt.Sprintf("The supplier gives a performance security of %s before the buyer signs.", shown(m)),
		fmt.Sprintf("供应商应在采购人签署前提供金额为 %s 的履约保证金。", shown(m)))
}

// accepted is when a milestone is paid.
func accepted(m contract.Milestone) paper.Text {
	t := text(m.Title)
	return both("When accepted: "+in(t, english), "验收合格后："+in(t, chinese))
}
