package house

import (
	"context"
	"fmt"
	"time"

	"chancery/directory/application"
)

// digestWords are subject and text of the letters to officers by language: how
// many applications came, how many wait, and the page where they are.
var digestWords = map[string][2]string{
	"en": {"Applications for accounts are waiting", `New applications for an account: %[1]d
Waiting for your decision in all: %[2]d

Look at them in the room Console, under Applications:

%[3]s
`},
	"zh-TW": {"帳號申請待審核", `新送達之帳號申請：%[1]d 件
待您審核者共 %[2]d 件

請至「管理」之「帳號申請」辦理：

%[3]s
`},
	"zh-CN": {"账号申请待审核", `新收到的账号申请：%[1]d 件
待您审核的共 %[2]d 件

请到“管理”的“账号申请”办理：

%[3]s
`},
	"vi": {"Có đơn xin cấp tài khoản chờ xử lý", `Đơn xin cấp tài khoản mới: %[1]d
Tổng số đơn chờ bạn quyết định: %[2]d

Vui lòng xử lý tại Quản trị, mục Đơn xin cấp:

%[3]s
`},
	"ko": {"계정 신청이 접수되었습니다", `새로 접수된 계정 신청: %[1]d건
결정을 기다리는 신청: 모두 %[2]d건

관리의 계정 신청에서 처리해 주십시오.

%[3]s
`},
}

// Waiting tells an officer of applications that came.
func (n notices) Waiting(ctx context.Context, g application.Digest) error {
	words, ok := digestWords[g.Officer.Language]
	if !ok {
		words = digestWords["en"]
	}
	return n.tell(ctx, g.Officer, time.Now(), words[0], fmt.Sprintf(words[1], g.Fresh, g.Waiting, n.base("")+"/console/applications"))
}
