package house

import (
	"context"
	"fmt"
	"time"

	"chancery/approval"
	"chancery/directory"
)

// askedWords are subject and text of the letters to those who decide, by
// language. They say nothing of what is asked, which may be secret.
var askedWords = map[string][2]string{
	"en": {"Something waits for your decision", `Something waits for your decision.

Look at it in the room Approvals:

%[1]s
`},
	"zh-TW": {"有案件待您審核", `有案件待您審核。

請至「審核」辦理：

%[1]s
`},
	"zh-CN": {"有事项待您审核", `有事项待您审核。

请到“审核”办理：

%[1]s
`},
	"vi": {"Có việc chờ bạn quyết định", `Có việc chờ bạn quyết định.

Vui lòng xử lý tại mục Phê duyệt:

%[1]s
`},
	"ko": {"결정을 기다리는 건이 있습니다", `결정을 기다리는 건이 있습니다.

승인에서 처리해 주십시오.

%[1]s
`},
}

// decidedWords are subject and text of the letters to those who asked: first
// where it was granted, then where it was not.
var decidedWords = map[string][2][2]string{
	"en": {{"What you asked for is granted", `What you asked for is granted: %[1]s

%[2]s

%[3]s
`}, {"What you asked for is not granted", `What you asked for is not granted: %[1]s

%[2]s

%[3]s
`}},
	"zh-TW": {{"您的申請已核准", `您的申請已核准：%[1]s

%[2]s

%[3]s
`}, {"您的申請未獲核准", `您的申請未獲核准：%[1]s

%[2]s

%[3]s
`}},
	"zh-CN": {{"您的申请已批准", `您的申请已批准：%[1]s

%[2]s

%[3]s
`}, {"您的申请未获批准", `您的申请未获批准：%[1]s

%[2]s

%[3]s
`}},
	"vi": {{"Yêu cầu của bạn được chấp thuận", `Yêu cầu của bạn được chấp thuận: %[1]s

%[2]s

%[3]s
`}, {"Yêu cầu của bạn không được chấp thuận", `Yêu cầu của bạn không được chấp thuận: %[1]s

%[2]s

%[3]s
`}},
	"ko": {{"요청이 승인되었습니다", `요청이 승인되었습니다: %[1]s

%[2]s

%[3]s
`}, {"요청이 승인되지 않았습니다", `요청이 승인되지 않았습니다: %[1]s

%[2]s

%[3]s
`}},
}

// Asked tells somebody that a decision waits for them.
func (n notices) Asked(ctx context.Context, _ approval.Case, a directory.Account) error {
	words, ok := askedWords[a.Language]
	if !ok {
		words = askedWords["en"]
	}
	return n.tell(ctx, a, time.Now(), words[0], fmt.Sprintf(words[1], n.base("")+"/approvals"))
}

// ApprovalEnded tells who asked what was decided.
func (n notices) ApprovalEnded(ctx context.Context, c approval.Case, a directory.Account) error {
	both, ok := decidedWords[a.Language]
	if !ok {
		both = decidedWords["en"]
	}
	words := both[0]
	if c.State != approval.Approved {
		words = both[1]
	}
	v, _ := c.Said()
	return n.tell(ctx, a, time.Now(), words[0], fmt.Sprintf(words[1], c.Title, v.Note, n.base("")+"/approvals"))
}
