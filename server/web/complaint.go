package web

import (
	"time"

	"probity/tender"
	"probity/tender/complaint"
	"probity/tender/party"
	"probity/tender/rules"
)

// complaintRoutes is complaints, the buyer's word, and the review body's.
func (s *Server) complaintRoutes() []Route {
	const one = "/api/v1/complaints/{complaint}"
	return []Route{
		{At: "GET /api/v1/tenders/{id}/complaints", Name: "listComplaints", Right: Open, Status: ok, Do: do(s.listComplaints), Says: "Lists the complaints about a tender that the asker may know of."},
		{At: "POST /api/v1/tenders/{id}/complaints", Name: "fileComplaint", Right: party.ComplaintFile, Status: made, Do: do(s.fileComplaint), Says: "Files a complaint or challenge."},
		{At: "GET /api/v1/desk/complaints", Name: "deskComplaints", Right: party.ComplaintDecide, Status: ok, Do: do(s.deskComplaints), Says: "Lists what the review body has to decide."},
		{At: "GET " + one, Name: "getComplaint", Right: Open, Status: ok, Do: do(s.getComplaint), Says: "Shows a complaint."},
		{At: "POST " + one + "/accept", Name: "acceptComplaint", Right: party.ComplaintDecide, Status: ok, Do: do(s.acceptComplaint), Says: "Takes a complaint up; what the rules say is suspended."},
		{At: "POST " + one + "/refuse", Name: "refuseComplaint", Right: party.ComplaintDecide, Status: ok, Do: do(s.refuseComplaint), Says: "Refuses to take a complaint up."},
		{At: "POST " + one + "/dismiss", Name: "dismissComplaint", Right: party.ComplaintDecide, Status: ok, Do: do(s.dismissComplaint), Says: "Decides against the complaint."},
		{At: "POST " + one + "/uphold", Name: "upholdComplaint", Right: party.ComplaintDecide, Status: ok, Do: do(s.upholdComplaint), Says: "Decides for the complaint; the order binds."},
		{At: "POST " + one + "/reply", Name: "replyComplaint", Right: party.ComplaintReply, Status: ok, Do: do(s.replyComplaint), Says: "Replies to a challenge that goes to the buyer first."},
		{At: "POST " + one + "/statement", Name: "explainComplaint", Right: party.ComplaintReply, Status: ok, Do: do(s.explainComplaint), Says: "States the buyer's view."},
		{At: "POST " + one + "/withdraw", Name: "withdrawComplaint", Right: party.ComplaintWithdraw, Status: ok, Do: do(s.withdrawComplaint), Says: "Takes one's own complaint back."},
	}
}

type listComplaintsIn struct {
	oneTender
	Paging
}

func complaints(list []complaint.View, next string, err error) (List[complaint.View], error) {
	return List[complaint.View]{Items: append([]complaint.View{}, list...), Next: next}, err
}

func (s *Server) listComplaints(c *Call, in listComplaintsIn) (List[complaint.View], error) {
	return complaints(s.Complaints.List(c.Context(), in.ID, c.By, in.After, in.Size()))
}

type deskComplaintsIn struct {
	Paging
	State string `query:"state" validate:"required,max=20"`
}

func (s *Server) deskComplaints(c *Call, in deskComplaintsIn) (List[complaint.View], error) {
	return complaints(s.Complaints.Desk(c.Context(), c.By, complaint.State(in.State), in.After, in.Size()))
}

type fileComplaintIn struct {
	oneTender
	Remedy  string      `json:"remedy" validate:"required,max=40" doc:"of the tender's policy"`
	Lot     string      `json:"lot" validate:"max=40"`
	About   string      `json:"about" validate:"required,max=40"`
	Award   string      `json:"award" validate:"max=200"`
	Before  string      `json:"before" validate:"max=80" doc:"the challenge that was taken first"`
	Known   time.Time   `json:"known" doc:"when its ground became known"`
	Grounds tender.Text `json:"grounds" validate:"required"`
}

func (s *Server) fileComplaint(c *Call, in fileComplaintIn) (complaint.View, error) {
	v, err := s.Complaints.File(c.Context(), in.ID, c.By, complaint.Filing{Remedy: in.Remedy, Lot: in.Lot,
		About: rules.Matter(in.About), Award: in.Award, Before: in.Before, Known: in.Known, Grounds: in.Grounds})
	c.Location("/api/v1/complaints/%s", v.ID)
	return v, err
}

type oneComplaint struct {
	Complaint string `path:"complaint" validate:"max=80"`
}

func (s *Server) getComplaint(c *Call, in oneComplaint) (complaint.View, error) {
	return s.Complaints.Get(c.Context(), in.Complaint, c.By)
}

type acceptComplaintIn struct {
	oneComplaint
	Hold bool `json:"hold" doc:"suspend, where the rules leave it to the review body"`
}

func (s *Server) acceptComplaint(c *Call, in acceptComplaintIn) (complaint.View, error) {
	return s.Complaints.Accept(c.Context(), in.Complaint, c.By, in.Hold)
}

// verdictIn is a decision with its reasons.
type verdictIn struct {
	oneComplaint
	Code    string      `json:"code" validate:"required,max=60"`
	Reasons tender.Text `json:"reasons" validate:"required"`
}

func (s *Server) refuseComplaint(c *Call, in verdictIn) (complaint.View, error) {
	return s.Complaints.Refuse(c.Context(), in.Complaint, c.By, in.Code, in.Reasons)
}

func (s *Server) dismissComplaint(c *Call, in verdictIn) (complaint.View, error) {
	return s.Complaints.Dismiss(c.Context(), in.Complaint, c.By, in.Code, in.Reasons)
}

func (s *Server) replyComplaint(c *Call, in verdictIn) (complaint.View, error) {
	return s.Complaints.Reply(c.Context(), in.Complaint, c.By, in.Code, in.Reasons)
}

type upholdIn struct {
	oneComplaint
	Order   string      `json:"order" validate:"required,max=40"`
	Reasons tender.Text `json:"reasons" validate:"required"`
}

func (s *Server) upholdComplaint(c *Call, in upholdIn) (complaint.View, error) {
	return s.Complaints.Uphold(c.Context(), in.Complaint, c.By, complaint.Order(in.Order), in.Reasons)
}

type statementIn struct {
	oneComplaint
	Statement tender.Text `json:"statement" validate:"required"`
}

func (s *Server) explainComplaint(c *Call, in statementIn) (complaint.View, error) {
	return s.Complaints.Explain(c.Context(), in.Complaint, c.By, in.Statement)
}

func (s *Server) withdrawComplaint(c *Call, in oneComplaint) (complaint.View, error) {
	return s.Complaints.Withdraw(c.Context(), in.Complaint, c.By)
}
