package web

import (
	"probity/tender"
	"probity/tender/enquiry"
	"probity/tender/party"
)

// enquiryRoutes is questions without a name and answers for everybody.
func (s *Server) enquiryRoutes() []Route {
	return []Route{
		{At: "GET /api/v1/tenders/{id}/enquiries", Name: "listEnquiries", Right: Open, Status: ok, Do: do(s.listEnquiries), Says: "Lists questions and answers, without who asked."},
		{At: "POST /api/v1/tenders/{id}/enquiries", Name: "askEnquiry", Right: party.EnquiryAsk, Status: made, Do: do(s.askEnquiry), Says: "Asks the buyer a question."},
		{At: "GET /api/v1/enquiries/{enquiry}", Name: "getEnquiry", Right: Open, Status: ok, Do: do(s.getEnquiry), Says: "Shows one question."},
		{At: "POST /api/v1/enquiries/{enquiry}/answer", Name: "answerEnquiry", Right: party.EnquiryAnswer, Status: ok, Do: do(s.answerEnquiry), Says: "Answers in public."},
		{At: "POST /api/v1/enquiries/{enquiry}/correction", Name: "correctAnswer", Right: party.EnquiryAnswer, Status: ok, Do: do(s.correctAnswer), Says: "Corrects an answer; the old one stays on record."},
		{At: "POST /api/v1/enquiries/{enquiry}/decline", Name: "declineEnquiry", Right: party.EnquiryAnswer, Status: ok, Do: do(s.declineEnquiry), Says: "Declines to answer, with a reason."},
		{At: "POST /api/v1/enquiries/{enquiry}/withdraw", Name: "withdrawEnquiry", Right: party.EnquiryAsk, Status: ok, Do: do(s.withdrawEnquiry), Says: "Takes one's own question back."},
		{At: "GET /api/v1/enquiries/{enquiry}/asker", Name: "getAsker", Right: party.EnquiryReadAsker, Status: ok, Do: do(s.getAsker), Says: "Tells those who oversee who asked; that is put on record."},
	}
}

type listEnquiriesIn struct {
	oneTender
	Paging
	State string `query:"state" validate:"max=20"`
}

func (s *Server) listEnquiries(c *Call, in listEnquiriesIn) (List[enquiry.View], error) {
	found, next, err := s.Enquiries.List(c.Context(), in.ID, c.By, enquiry.State(in.State), in.After, in.Size())
	return List[enquiry.View]{Items: append([]enquiry.View{}, found...), Next: next}, err
}

type askEnquiryIn struct {
	oneTender
	Lot      string      `json:"lot" validate:"max=40"`
	Question tender.Text `json:"question" validate:"required"`
}

func (s *Server) askEnquiry(c *Call, in askEnquiryIn) (enquiry.View, error) {
	v, err := s.Enquiries.Ask(c.Context(), in.ID, c.By, in.Lot, in.Question)
	c.Location("/api/v1/enquiries/%s", v.ID)
	return v, err
}

type oneEnquiry struct {
	Enquiry string `path:"enquiry" validate:"max=80"`
}

func (s *Server) getEnquiry(c *Call, in oneEnquiry) (enquiry.View, error) {
	return s.Enquiries.Get(c.Context(), in.Enquiry, c.By)
}

type answerEnquiryIn struct {
	oneEnquiry
	Answer tender.Text `json:"answer" validate:"required"`
}

func (s *Server) answerEnquiry(c *Call, in answerEnquiryIn) (enquiry.View, error) {
	return s.Enquiries.Answer(c.Context(), in.Enquiry, c.By, in.Answer)
}

type correctAnswerIn struct {
	answerEnquiryIn
	Seen   IfMatch     `header:"If-Match"`
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) correctAnswer(c *Call, in correctAnswerIn) (enquiry.View, error) {
	return s.Enquiries.CorrectSeen(c.Context(), in.Enquiry, c.By, enquiry.Correction{Answer: in.Answer, Reason: in.Reason, Seen: int64(in.Seen)})
}

type declineEnquiryIn struct {
	oneEnquiry
	Reason tender.Text `json:"reason" validate:"required"`
}

func (s *Server) declineEnquiry(c *Call, in declineEnquiryIn) (enquiry.View, error) {
	return s.Enquiries.Decline(c.Context(), in.Enquiry, c.By, in.Reason)
}

func (s *Server) withdrawEnquiry(c *Call, in oneEnquiry) (enquiry.View, error) {
	return s.Enquiries.Withdraw(c.Context(), in.Enquiry, c.By)
}

type askerIn struct {
	oneEnquiry
	because
}

func (s *Server) getAsker(c *Call, in askerIn) (enquiry.Asker, error) {
	v, err := s.Enquiries.Get(c.Context(), in.Enquiry, c.By)
	if err != nil {
		return enquiry.Asker{}, err
	}
	t, err := s.Tenders.Get(c.Context(), v.Tender, c.By)
	if err != nil {
		return enquiry.Asker{}, err
	}
	if err := party.Allowed(c.By, party.EnquiryReadAsker, t.Buyer.ID); err != nil {
		return enquiry.Asker{}, err
	}
	if err := s.noteRead(c, in.because, party.EnquiryReadAsker, t, enquiry.Kind+"/"+v.ID); err != nil {
		return enquiry.Asker{}, err
	}
	return s.Enquiries.ReadAsker(c.Context(), in.Enquiry, c.By)
}
