package browsertest

import "github.com/chromedp/cdproto/page"

// Paper is the page as a printer has it: an A4 PDF with the sheet's margins.
func (p *Page) Paper() []byte {
	p.t.Helper()
	yes := true
	return command(p, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69, PreferCSSPageSize: &yes, PrintBackground: &yes}).Data
}
