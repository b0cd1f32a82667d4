package smtp

// commands is the table of what the door understands. The map is never
// written to.
var commands = map[string]func(x *session, arg string){
	"HELO":     (*session).cmdHelo,
	"EHLO":     (*session).cmdEhlo,
	"STARTTLS": (*session).cmdStartTLS,
	"AUTH":     (*session).cmdAuth,
	"MAIL":     (*session).cmdMail,
	"RCPT":     (*session).cmdRcpt,
	"DATA":     (*session).cmdData,
	"BDAT":     (*session).cmdBdat,
	"RSET":     (*session).cmdRset,
	"NOOP":     (*session).cmdNoop,
	"VRFY":     (*session).cmdVrfy,
	"HELP":     (*session).cmdHelp,
	"QUIT":     (*session).cmdQuit,
}
