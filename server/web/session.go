package web

// cookieName binds the cookie to this host and to TLS where there is TLS.
func (s *Server) cookieName() string {
	if s.secure() {
		return "__Host-session"
	}
	return "session"
}
