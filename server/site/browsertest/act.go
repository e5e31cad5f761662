package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// quote writes a text as a script has it.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return string(b)
}

// Click presses what the selector finds, once it can be seen.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Submit presses a button or follows a link, and waits for the page after it.
func (p *Page) Submit(selector string) {
	p.t.Helper()
	p.Eval(`window.browsertestOld = true`, nil)
	p.Click(selector)
	p.Until(`!window.browsertestOld && document.readyState === 'complete'`)
	p.sound()
}

// Back goes back in the tab's history, as the button does.
func (p *Page) Back() {
	p.t.Helper()
	p.Do(chromedp.NavigateBack())
	p.Until(`document.readyState === 'complete'`)
}

// Type empties a field and types into it.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.Wait(selector)
	p.Eval(`(x => { x.value = ''; x.dispatchEvent(new Event('input', {bubbles: true})) })(document.querySelector(`+quote(selector)+`))`, nil)
	p.Do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Choose picks an option of a select by its value, as a person does.
func (p *Page) Choose(selector, value string) {
	p.t.Helper()
	p.Eval(fmt.Sprintf(`(x => { x.value = %[2]s; x.dispatchEvent(new Event('change', {bubbles: true})) })(document.querySelector(%[1]s))`, quote(selector), quote(value)), nil)
}

// Keys types where the focus is; package kb has the names of special keys.
func (p *Page) Keys(keys string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(keys))
}

// Upload puts files of this machine into a file input.
func (p *Page) Upload(selector string, files ...string) {
	p.t.Helper()
	nodes, err := ask(p, chromedp.Nodes(chromedp.CSS(selector)))
	if err != nil {
		p.t.Fatalf("%s: %v", selector, err)
	}
	command(p, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, NodeID: nodes[0].NodeID})
}

// Wait waits until something can be seen.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Until waits until a script says true.
func (p *Page) Until(script string) {
	p.t.Helper()
	p.Patient(patience, script)
}

// Patient waits longer until a script says true, for what takes minutes.
func (p *Page) Patient(most time.Duration, script string) {
	p.t.Helper()
	for end := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) {
		ok, err := ask(p, chromedp.Evaluate[bool](`Boolean(`+script+`)`)) // fails while a page goes and the next comes
		if err == nil && ok {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s has not come true (%v)", script, err)
		}
	}
}

// Download presses a link to a file and returns what the browser has stored.
func (p *Page) Download(selector string) []byte {
	p.t.Helper()
	dir := p.t.TempDir()
	profile := command(p, target.GetTargetInfo, target.GetTargetInfoParams{}).TargetInfo.BrowserContextID
	command(p, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: profile, DownloadPath: dir})
	p.Click(selector)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		files, err := os.ReadDir(dir)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(files) == 1 && !strings.HasSuffix(files[0].Name(), ".crdownload") && !strings.HasPrefix(files[0].Name(), ".") {
			b, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
			if err != nil {
				p.t.Fatal(err)
			}
			return b
		}
	}
	p.t.Fatalf("%s brings no file", selector)
	return nil
}

// Cut breaks the line for all requests whose paths match ("/upload/*"), until
// the next Cut; without a path the line is whole again.
func (p *Page) Cut(paths ...string) {
	p.t.Helper()
	list := []*network.BlockPattern{{URLPattern: "https://nothing.invalid/*", Block: true}} // an empty list is not sent
	for _, path := range paths {
		list = append(list, &network.BlockPattern{URLPattern: "*://*:*" + path, Block: true})
	}
	command(p, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: list})
}

// Passkeys gives the tab an authenticator that makes passkeys and knows its
// owner. The pages must be under localhost: browsers make none for an address.
func (p *Page) Passkeys() {
	p.t.Helper()
	command(p, webauthn.Enable, webauthn.EnableParams{})
	command(p, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: "internal",
		HasResidentKey: true, HasUserVerification: true, HasPrf: true, AutomaticPresenceSimulation: true, IsUserVerified: true,
	}})
}
