package main

import (
	"strings"
	"testing"

	"probity/server/audit"
	"probity/server/web"
	"probity/tender/fault"
)

// A report is told in the language that is asked for, and its names stay.
func TestTell(t *testing.T) {
	said := fault.Say("The contract has %d items; the notice has %d.", 2, 3)
	for _, c := range []struct {
		lang  string
		wrong bool
		want  string
	}{
		{"en", false, "Procedure ocds-1, public archive\nLog log with 7 entries, root ab\n\nok     contract.record              The contract has 2 items; the notice has 3.\n\nEverything in this archive proves what it says (1 kinds of checks).\n"},
		{"en", true, "Procedure ocds-1, public archive\nLog log with 7 entries, root ab\n\nWRONG  contract.record              The contract has 2 items; the notice has 3. [c-1]\n\n1 findings.\n"},
		{"zh", true, "采购项目 ocds-1 的公开档案\n日志 log，共 7 个条目，根 ab\n\nWRONG  contract.record              合同有 2 项标的，公告有 3 项。 [c-1]\n\n发现 1 处问题。\n"},
	} {
		check := audit.Check{Name: "contract.record", OK: !c.wrong, Said: said}
		if c.wrong {
			check.Subject = "c-1"
		}
		r := &audit.Report{OCID: "ocds-1", Scope: audit.Public, Origin: "log", Size: 7, Root: "ab", Checks: []audit.Check{check}}
		var b strings.Builder
		tell(&b, r.In(web.Said(c.lang)), web.Said(c.lang))
		if b.String() != c.want {
			t.Errorf("%s: %q", c.lang, b.String())
		}
		if r.Checks[0].Text != "" {
			t.Error("the report itself was changed")
		}
	}
}
