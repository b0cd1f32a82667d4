package house

import (
	"context"
	"fmt"
	"time"

	"chancery/directory/feed"
)

// feedWords are subject and text of the letters to officers by language, of a
// run that waits and of a directory that does not answer: the feed, then how
// many people leave and how many it keeps, or the reason; the page.
var feedWords = map[string]struct{ waits, away [2]string }{
	"en": {[2]string{"A sync of people is waiting for your decision", `The directory "%[1]s" was compared, and the changes need a decision. Nothing was changed.

Locked or leaving: %[2]d of %[3]d people
Refused: %[4]d

Look at the run in the room Administration, under Sync:

%[5]s
`}, [2]string{"A directory of people does not answer", `The directory "%[1]s" could not be compared several times in a row. Nothing was changed; it is tried again.

%[2]s

%[3]s
`}},
	"zh-TW": {[2]string{"人員同步待您決定", `目錄「%[1]s」比對完成，其異動須由您決定，目前尚未變更任何資料。

停用或離職：%[3]d 人中 %[2]d 人
遭拒：%[4]d 項

請至「管理」之「同步」檢視：

%[5]s
`}, [2]string{"人員目錄無回應", `目錄「%[1]s」連續數次無法比對，資料未變更，系統將再次嘗試。

%[2]s

%[3]s
`}},
	"zh-CN": {[2]string{"人员同步待您决定", `目录“%[1]s”比对完成，其变动须由您决定，目前尚未变更任何数据。

停用或离职：%[3]d 人中 %[2]d 人
被拒：%[4]d 项

请到“管理”的“同步”查看：

%[5]s
`}, [2]string{"人员目录无响应", `目录“%[1]s”连续数次无法比对，数据未变更，系统将再次尝试。

%[2]s

%[3]s
`}},
	"vi": {[2]string{"Đợt đồng bộ nhân sự chờ bạn quyết định", `Đã so sánh danh bạ "%[1]s"; các thay đổi cần bạn quyết định. Chưa có gì được thay đổi.

Bị khóa hoặc nghỉ: %[2]d trong %[3]d người
Bị từ chối: %[4]d

Vui lòng xem tại Quản trị, mục Đồng bộ:

%[5]s
`}, [2]string{"Danh bạ nhân sự không trả lời", `Nhiều lần liên tiếp không so sánh được danh bạ "%[1]s". Không có gì bị thay đổi; hệ thống sẽ thử lại.

%[2]s

%[3]s
`}},
	"ko": {[2]string{"인사 동기화가 결정을 기다리고 있습니다", `디렉터리 "%[1]s"의 비교 결과를 결정해 주십시오. 아직 변경된 것은 없습니다.

잠금 또는 퇴직: %[3]d명 중 %[2]d명
거부: %[4]d건

관리의 동기화에서 확인해 주십시오.

%[5]s
`}, [2]string{"인사 디렉터리가 응답하지 않습니다", `디렉터리 "%[1]s"을(를) 여러 번 연속으로 비교하지 못했습니다. 변경된 것은 없으며 다시 시도합니다.

%[2]s

%[3]s
`}},
}

// FeedTrouble tells an officer what keeps a feed from being brought over.
func (n notices) FeedTrouble(ctx context.Context, t feed.Trouble) error {
	words, ok := feedWords[t.Officer.Language]
	if !ok {
		words = feedWords["en"]
	}
	page := n.base("") + "/console/sync"
	if t.Problem != "" {
		return n.tell(ctx, t.Officer, time.Now(), words.away[0], fmt.Sprintf(words.away[1], t.Feed, t.Problem, page))
	}
	return n.tell(ctx, t.Officer, time.Now(), words.waits[0], fmt.Sprintf(words.waits[1], t.Feed, t.Run.Leaving, t.Run.Kept, t.Run.Refused, page))
}
