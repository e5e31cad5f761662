package papers

import (
	"fmt"
	"time"

	"probity/bidding/score"
	"probity/documents/paper"
	"probity/tender"
	"probity/tender/award"
)

// steps name the lines of a sum.
var steps = map[string]paper.Text{
	score.StepCriterion:   both("Points for the criterion", "评审因素得分"),
	score.StepQuality:     both("Quality points", "质量得分合计"),
	score.StepThreshold:   both("Quality points to reach", "质量得分下限"),
	score.StepLine:        both("Line total that holds", "按规则更正的分项总价"),
	score.StepLines:       both("Sum of all lines", "各分项合计"),
	score.StepCost:        both("Price with costs over the life cycle", "含全生命周期成本的价格"),
	score.StepLowSum:      both("Sum of the prices tested for being low", "参与异常低价检验的报价合计"),
	score.StepLowMean:     both("A price below this is questioned (mean of the others)", "低于此值即须说明（其他报价均值）"),
	score.StepLowEstimate: both("A price below this is questioned (estimate)", "低于此值即须说明（预估价）"),
	score.StepLowest:      both("Lowest price", "最低价"),
	score.StepHighest:     both("Highest price", "最高价"),
	score.StepSum:         both("Sum of the prices that count", "计入均值的报价合计"),
	score.StepCount:       both("How many those are", "计入均值的报价个数"),
	score.StepPrice:       both("Points for the price", "价格得分"),
	score.StepTotal:       both("All points", "总得分"),
}

var (
	pointsFor = both("Points", "得分")
	common    = both("Common to all bids", "各投标共同的数值")
)

// consensus says how many scores became one, where nobody agreed on one.
var consensus = map[tender.Consensus]paper.Text{
	tender.Mean:        both("Mean of the scores", "各评分的平均值"),
	tender.TrimmedMean: both("Mean of the scores without one highest and one lowest", "去掉一个最高分和一个最低分后的平均值"),
}

// asked are the questions that prices raise.
var asked = map[string]paper.Text{
	score.QuestionLow:        both("The bidder was asked to explain how the work can be done for this price.", "要求投标人说明以此报价履约的依据。"),
	score.QuestionCorrection: both("The bidder was asked whether it accepts the corrected price.", "要求投标人确认是否接受更正后的报价。"),
}

func corrected(e score.Entry) paper.Text {
	if e.Stated == nil || e.Price == nil {
		return both("The price list contradicts itself.", "分项报价前后不一致。")
	}
	return both(fmt.Sprintf("The price list contradicts itself: %s was stated, %s follows.", shown(*e.Stated), shown(*e.Price)),
		fmt.Sprintf("分项报价前后不一致：所报总价为%s，按规则应为%s。", shown(*e.Stated), shown(*e.Price)))
}

// grounds are why a bid is out.
var groundWords = map[string]paper.Text{
	score.ReasonRequirement:    both("Requirement not met", "未满足要求"),
	score.ReasonMinimum:        both("Below the minimum score", "低于最低评分"),
	score.ReasonMinimumQuality: both("Below the minimum of quality points", "质量得分低于下限"),
	score.ReasonPanel:          both("Put aside by the panel", "评审委员会否决"),
	score.ReasonArithmetic:     both("The price list contradicts itself", "分项报价前后不一致"),
	score.ReasonCorrection:     both("The corrected price was not accepted", "投标人不接受更正后的报价"),
	score.ReasonCeiling:        both("Above the price ceiling", "超过最高限价"),
	score.ReasonLow:            both("Abnormally low price not explained", "异常低价未能说明合理性"),
}

func ground(code string) paper.Text {
	if t, ok := groundWords[code]; ok {
		return t
	}
	return both(code, code)
}

// part names a part of something, in both languages.
func part(whole, of paper.Text) paper.Text {
	return both(in(whole, english)+": "+in(of, english), in(whole, chinese)+"："+in(of, chinese))
}

func technical(at time.Time) paper.Text {
	day := at.UTC().Format("2006-01-02 15:04 UTC")
	return both("Technical decision of "+day+", before any price was opened", "技术评审结论（"+day+"，商务标开启之前）")
}

// formula says how prices become points.
func formula(p tender.Price) paper.Text {
	t := formulas[p.Formula]
	if p.Formula == score.Linear {
		t = zeros[p.Zero]
	}
	if t == nil {
		return nil
	}
	if p.Formula != score.LowestPrice {
		t = both(in(t, english)+fmt.Sprintf(" The best price is worth %s points.", p.Weight), in(t, chinese)+fmt.Sprintf("最优报价得%s分。", p.Weight))
	}
	if p.Formula == score.MeanBased || p.Zero == score.ZeroBySlope {
		t = join(t, slopes(p))
	}
	if p.Ceiling != nil {
		t = join(t, both(fmt.Sprintf("A price above %s is rejected.", shown(*p.Ceiling)), fmt.Sprintf("高于%s的报价无效。", shown(*p.Ceiling))))
	}
	return t
}

// slopes give the numbers of the formulas that have some.
func slopes(p tender.Price) paper.Text {
	if p.Formula != score.MeanBased {
		return both(fmt.Sprintf("Points lost for each percent above the lowest: %s.", p.Above), fmt.Sprintf("每高出最低价百分之一扣%s分。", p.Above))
	}
	t := both(
		fmt.Sprintf("Benchmark: %s times the mean. Points lost for each percent above it: %s; below it: %s.", p.Factor, p.Above, p.Below),
		fmt.Sprintf("基准价为均值的%s倍；每高出百分之一扣%s分，每低于百分之一扣%s分。", p.Factor, p.Above, p.Below))
	if p.Trim > 0 {
		t = join(t, both(fmt.Sprintf("From %d bids on, the %d highest and the %d lowest prices are left out of the mean.", p.TrimFrom, p.Trim, p.Trim),
			fmt.Sprintf("投标达到%d份时，计算均值时去掉最高和最低各%d个报价。", p.TrimFrom, p.Trim)))
	}
	return t
}

var formulas = map[tender.Formula]paper.Text{
	score.LowestPrice: both("The lower price is the better bid; there are no points.", "报价低者为优，不计分。"),
	score.LowestRatio: both("The lowest price divided by the bid's price, times the weight of the price.", "价格得分＝最低报价÷投标报价×价格权重。"),
	score.MeanBased:   both("The nearer a price is to the benchmark, the more points it gets.", "报价越接近基准价，得分越高。"),
}

var zeros = map[tender.Zero]paper.Text{
	score.ZeroAtTwice:   both("Points fall in a straight line from the lowest price to zero at twice that price.", "得分自最低价起线性递减，至最低价两倍处为零。"),
	score.ZeroAtHighest: both("Points fall in a straight line from the lowest price to zero at the highest.", "得分自最低价起线性递减，至最高价处为零。"),
	score.ZeroAtCeiling: both("Points fall in a straight line from the lowest price to zero at the price ceiling.", "得分自最低价起线性递减，至最高限价处为零。"),
	score.ZeroBySlope:   both("Points fall in a straight line from the lowest price.", "得分自最低价起线性递减。"),
}

// ties say how bids with the same result are told apart.
func ties(list []tender.Tie, title func(string) paper.Text) (t paper.Text) {
	for i, x := range list {
		words := tieRule(x, title)
		if i == 0 {
			t = words
		} else {
			t = both(in(t, english)+"; then: "+in(words, english), in(t, chinese)+"；其次："+in(words, chinese))
		}
	}
	return t
}

func tieRule(x tender.Tie, title func(string) paper.Text) paper.Text {
	switch x.By {
	case score.TiePrice:
		return both("the lower price", "报价低者优先")
	case score.TieQuality:
		return both("more quality points", "质量得分高者优先")
	case score.TieCriterion:
		return part(both("more points", "该项得分高者优先"), title(x.Criterion))
	case score.TieDraw:
		return both("a draw from the root of the public log", "以公开日志的根哈希抽签")
	}
	return both(string(x.By), string(x.By))
}

// awarded is the decision for a bidder.
func awarded(winner paper.Text, price tender.Money, a *award.Award) paper.Text {
	return both(
		fmt.Sprintf("Award %s: %s, for %s.", a.ID, in(winner, english), shown(price)),
		fmt.Sprintf("中标决定%s：%s，金额%s。", a.ID, in(winner, chinese), shown(price)))
}

// withoutAward is the decision that nobody gets the lot; why is its code.
func withoutAward(why string) paper.Text {
	return both("The lot ends without an award ("+why+").", "本标段未授予合同（"+why+"）。")
}
