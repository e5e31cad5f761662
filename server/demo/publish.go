package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"probity/server/client"
	"probity/tender"
	"probity/tender/enquiry"
)

// ruleSet is the one that fits: the buyer is made up, so no country's law holds.
const ruleSet = "generic"

// path is an address below the tender.
func (s *story) path(more string) string { return "/api/v1/tenders/" + s.id + more }

// draft writes the notice and has it approved.
func (s *story) draft(ctx context.Context) error {
	officer := s.who("officer")
	d := timetable(workday(s.now.AddDate(0, 0, 1), 9))
	s.draftOf = client.Draft{Notice: notice(d), RuleSet: ruleSet, Openers: s.committee(), Panel: s.panel()}
	planned, err := s.intend(ctx, s.draftOf.Notice)
	if err != nil {
		return err
	}
	s.draftOf.Notice.Planned = planned
	t, err := officer.CreateTender(ctx, s.draftOf)
	if err != nil {
		return err
	}
	s.id = t.ID
	if err := s.specify(ctx, t); err != nil {
		return err
	}
	n := s.draftOf.Notice
	s.tell.at(s.now, "%s, officer of the ministry, drafts a notice: %s (%s). Two lots, estimated at %s and %s; of every 100 points 60 are "+
		"for the price and 40 for quality. It gets the number %s.",
		officer.name, n.Title["en"], n.Title["zh-CN"], sum(*n.Lots[0].Value), sum(*n.Lots[1].Value), s.id)
	s.tell.say("Two envelopes for each bid: what is offered, and what it costs. The second is opened only if the first is good enough.")
	if err := s.reckon(ctx, d); err != nil {
		return err
	}
	return s.approve(ctx)
}

// approve is the second pair of eyes.
func (s *story) approve(ctx context.Context) error {
	officer, approver := s.who("officer"), s.who("approver")
	t, err := officer.Step(ctx, s.id, "submit", "")
	if err != nil {
		return err
	}
	_, err = officer.Approve(ctx, t, officer.device)
	words, err := refusal(err, "actor.role")
	if err != nil {
		return err
	}
	s.tell.refused("%s wants to approve his own draft: %s", officer.name, words)
	if t, err = approver.Tender(ctx, s.id); err != nil {
		return err
	}
	if t, err = approver.Approve(ctx, t, approver.device); err != nil {
		return err
	}
	s.tell.at(s.now, "A second person, %s, reads it and signs it with the key on her own laptop.", approver.name)
	signed := t.Phase == tender.Approved && t.Approval.Notice == s.draftOf.Notice.Hash()
	return must(signed, "what was signed is the notice that was drafted")
}

// specify stores the technical specification and names it in the draft.
func (s *story) specify(ctx context.Context, t *client.Tender) error {
	v, err := s.file(ctx, 1, specification)
	if err != nil {
		return err
	}
	s.draftOf.Notice.Documents = []tender.Document{{ID: "specification", Title: both("Technical specification", "技术规格书"),
		Type: "technicalSpecifications", Versions: []tender.Version{v}}}
	_, err = s.who("officer").EditTender(ctx, t, s.draftOf)
	return err
}

// file stores a version of the specification under its hash.
func (s *story) file(ctx context.Context, number int, content string) (tender.Version, error) {
	sum := sha256.Sum256([]byte(content))
	v := tender.Version{Number: number, Name: fmt.Sprintf("specification-%d.txt", number), Media: "text/plain",
		Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), At: s.now.UTC().Truncate(time.Second)}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, s.base+s.path("/files/"+v.SHA256), strings.NewReader(content))
	if err != nil {
		return v, err
	}
	officer := s.who("officer")
	req.Header.Set("Authorization", "Bearer "+officer.Token)
	req.Header.Set("Probity-As", officer.As)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return v, err
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		return v, fmt.Errorf("store a document: %s: %s", res.Status, bytes.TrimSpace(b))
	}
	return v, nil
}

// reckon asks the server for the earliest deadline under the rule set.
func (s *story) reckon(ctx context.Context, d tender.Timetable) error {
	var r struct {
		Earliest time.Time `json:"earliest"`
		Steps    []string  `json:"steps"`
	}
	if err := s.who("officer").Get(ctx, s.path("/timetable"), &r); err != nil {
		return err
	}
	s.tell.say("The rules of the procedure are data. They ask for bids to be taken until %s at least; the notice says %s.",
		r.Earliest.Format("2 January 15:04"), d.Deadline.Format("2 January 15:04"))
	return must(len(r.Steps) > 0 && !d.Deadline.Before(r.Earliest), "the deadline keeps the rules")
}

// publish makes the notice public, and tells of the time for questions.
func (s *story) publish(ctx context.Context) error {
	_, err := s.tender(ctx, "")
	if _, err := refusal(err, "tender.missing"); err != nil {
		return err
	}
	if err := s.step(ctx, s.draftOf.Notice.Timetable.Publish); err != nil {
		return err
	}
	officer := s.who("officer")
	if _, err := officer.Step(ctx, s.id, "publish", ""); err != nil {
		return err
	}
	t, err := s.tender(ctx, "")
	if err != nil {
		return err
	}
	s.tell.at(s.now, "The notice is published, with the rules it is run under and the opener manifest. Until this moment it did not exist "+
		"for outsiders; now nobody needs to sign in to read it.")
	s.tell.say("Manifest %s. Bids until %s.", quads(t.Openers.Hash), t.Notice.Timetable.Deadline.Format("2 January 15:04"))
	if err := s.ask(ctx, t.Notice.Timetable.Publish); err != nil {
		return err
	}
	return s.amend(ctx)
}

// quads shows the start of a hash as people compare it.
func quads(hash string) string {
	var list []string
	for i := 0; i+4 <= 20 && i+4 <= len(hash); i += 4 {
		list = append(list, hash[i:i+4])
	}
	return strings.Join(list, " ")
}

// ask lets a bidder ask a question, and the officer answer to everybody.
func (s *story) ask(ctx context.Context, published time.Time) error {
	if err := s.step(ctx, workday(published.AddDate(0, 0, 2), 10)); err != nil {
		return err
	}
	delta, officer := s.who("delta"), s.who("officer")
	question := both("Must the copiers and printers be wireless, or is a network cable enough?", "复印机和打印机必须支持无线，还是有线网络即可？")
	var asked enquiry.View
	if err := delta.Create(ctx, s.path("/enquiries"), map[string]any{"question": question}, &asked); err != nil {
		return err
	}
	s.tell.at(s.now, "A firm asks: %s", question["en"])
	if err := s.step(ctx, workday(s.now.AddDate(0, 0, 1), 12)); err != nil {
		return err
	}
	answer := both("A cable is enough. The specification will say so.", "有线网络即可，规格书将予以说明。")
	if err := officer.Post(ctx, "/api/v1/enquiries/"+asked.ID+"/answer", map[string]any{"answer": answer}, nil); err != nil {
		return err
	}
	s.tell.at(s.now, "The officer answers, to everybody: %s", answer["en"])
	var raw []byte
	if err := (&client.Client{Base: s.base}).Get(ctx, s.path("/enquiries"), &raw); err != nil {
		return err
	}
	for _, trace := range []string{s.org("delta"), delta.user, delta.name, s.name("delta")} {
		if err := must(!bytes.Contains(raw, []byte(trace)), "the public list of questions tells nothing of who asked"); err != nil {
			return err
		}
	}
	if err := must(bytes.Contains(raw, []byte(answer["en"])), "the answer is public"); err != nil {
		return err
	}
	s.tell.proved("What the public can read has question and answer, and no trace of who asked.")
	return nil
}

// amend changes the specification and moves the deadline forward.
func (s *story) amend(ctx context.Context) error {
	officer := s.who("officer")
	t, err := officer.Tender(ctx, s.id)
	if err != nil {
		return err
	}
	n := t.Notice
	v, err := s.file(ctx, 2, answered)
	if err != nil {
		return err
	}
	n.Documents[0].Versions = append(n.Documents[0].Versions, v)
	back := n
	back.Timetable = later(n.Timetable, workday(n.Timetable.Deadline.AddDate(0, 0, -7), 12))
	_, err = officer.AmendTender(ctx, t, back, "Wireless is not needed.")
	words, err := refusal(err, "tender.deadline_back")
	if err != nil {
		return err
	}
	s.tell.refused("By a slip of the pen the amendment names an earlier deadline: %s", words)
	n.Timetable = later(n.Timetable, workday(n.Timetable.Deadline.AddDate(0, 0, 4), 12))
	if t, err = officer.AmendTender(ctx, t, n, "A firm has asked whether wireless is needed. It is not; the specification now says so."); err != nil {
		return err
	}
	s.draftOf.Notice = t.Notice
	s.tell.at(s.now, "The notice is amended: version 2 of the specification, and four more days, until %s. Version 1 stays where it was.",
		n.Timetable.Deadline.Format("2 January 15:04"))
	return must(t.Revision == 2 && len(t.Openers.Extensions) == 1, "the later deadline stands beside the manifest")
}
