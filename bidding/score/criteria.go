package score

import (
	"probity/tender"
)

// The rules of a notice, under the names that this package speaks of them.
type (
	Criteria  = tender.Criteria
	Criterion = tender.Criterion
	Scale     = tender.Scale
	Price     = tender.Price
	Formula   = tender.Formula
	Consensus = tender.Consensus
	Low       = tender.Low
	LineRule  = tender.LineRule
	Tie       = tender.Tie
	TieRule   = tender.TieRule
	Zero      = tender.Zero
)

// Their values.
const (
	LowestPrice = tender.LowestPrice
	LowestRatio = tender.LowestRatio
	Linear      = tender.Linear
	MeanBased   = tender.MeanBased

	ZeroAtTwice   = tender.ZeroAtTwice
	ZeroAtHighest = tender.ZeroAtHighest
	ZeroAtCeiling = tender.ZeroAtCeiling
	ZeroBySlope   = tender.ZeroBySlope

	Agreed      = tender.Agreed
	Mean        = tender.Mean
	TrimmedMean = tender.TrimmedMean

	UnitPriceHolds = tender.UnitPriceHolds
	LineTotalHolds = tender.LineTotalHolds
	PriceHolds     = tender.PriceHolds
	Contradicted   = tender.Contradicted

	TiePrice     = tender.TiePrice
	TieQuality   = tender.TieQuality
	TieCriterion = tender.TieCriterion
	TieDraw      = tender.TieDraw

	DefaultPlaces = tender.DefaultPlaces
	MaxCriteria   = tender.MaxCriteria
	MaxPlaces     = tender.MaxPlaces
	MaxCosts      = tender.MaxCosts
	MaxLevels     = tender.MaxLevels
)

var hundred = tender.NewDecimal(100)
