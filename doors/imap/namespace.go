package imap

// namespace is NAMESPACE (RFC 9051 section 6.3.10). Shared accounts stand
// below "Shared/<address>/".
func (s *session) namespace(tag string) {
	s.out.line(`* NAMESPACE (("" "/")) (("` + sharedRoot + `/" "/")) NIL`)
	s.done(tag, "Namespaces listed.")
}
