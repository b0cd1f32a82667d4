package house

import (
	"context"

	"chancery/directory"
	"chancery/directory/rulebook"
	"chancery/policy"
)

// demoRegulation is a regulation of the demonstration office.
type demoRegulation struct {
	unit          string // key; "" = for everybody
	within        int
	public        bool
	titles, texts map[string]string
	accepted      []string // keys of people who accepted it already
}

// demoRegulations are two: one that everybody may read and nobody has to
// accept, so that the office opens at once, and one of the disease control
// section, which one of its three has still to accept.
var demoRegulations = []demoRegulation{
	{within: rulebook.ForInformation, public: true,
		titles: map[string]string{"zh-TW": "電子郵件使用規範", "zh-CN": "电子邮件使用规定", "vi": "Quy chế sử dụng thư điện tử công vụ", "ko": "전자우편 이용 규정", "en": "Regulations on the use of e-mail"},
		texts: map[string]string{
			"zh-TW": "# 第一條　適用範圍\n本規範適用於本府及所屬機關之全體人員。\n\n# 第二條　帳號\n- 帳號限本人使用，不得轉借或共用。\n- 密碼不得告知他人；如有外洩之虞，應立即變更並通報資訊中心。\n- 離職人員之帳號即日停用。\n\n# 第三條　使用\n公務信件應以公務帳號收發，不得自動轉寄至外部信箱。機密文書之傳遞，依文書處理及保密相關規定辦理。\n\n# 第四條　設備\n不得於網咖等不明電腦登入；遺失手機者，應即通報資訊中心。",
			"zh-CN": "# 第一条　适用范围\n本规定适用于本府及所属机关全体人员。\n\n# 第二条　账号\n- 账号仅限本人使用，不得转借或共用。\n- 密码不得告知他人；如有泄露之虞，应立即修改并报告信息中心。\n- 离职人员的账号当日停用。\n\n# 第三条　使用\n公务信件应使用公务账号收发，不得自动转发到外部邮箱。涉密文件的传递，按照保密规定办理。\n\n# 第四条　设备\n不得在网吧等来历不明的电脑上登录；手机遗失的，应立即报告信息中心。",
			"vi":    "# Điều 1. Phạm vi áp dụng\nQuy chế này áp dụng đối với toàn thể cán bộ, công chức, viên chức và người lao động của các cơ quan thuộc thành phố.\n\n# Điều 2. Tài khoản\n- Mỗi tài khoản chỉ do một người sử dụng, không cho mượn, không dùng chung.\n- Không tiết lộ mật khẩu; khi nghi bị lộ phải đổi ngay và báo Trung tâm Công nghệ thông tin.\n- Tài khoản của người thôi việc bị khóa ngay trong ngày.\n\n# Điều 3. Sử dụng\nVăn bản công vụ được gửi, nhận bằng tài khoản công vụ; không tự động chuyển tiếp ra hộp thư bên ngoài. Văn bản mật thực hiện theo quy định về bảo vệ bí mật nhà nước.\n\n# Điều 4. Thiết bị\nKhông đăng nhập từ máy tính công cộng, máy không rõ nguồn gốc; mất điện thoại phải báo ngay Trung tâm Công nghệ thông tin.",
			"ko":    "# 제1조(적용 범위)\n이 규정은 시청과 소속 기관의 모든 직원에게 적용한다.\n\n# 제2조(계정)\n- 계정은 본인만 사용하며 빌려주거나 함께 쓰지 아니한다.\n- 비밀번호를 남에게 알리지 아니하며, 유출이 의심되면 즉시 변경하고 정보센터에 알린다.\n- 퇴직자의 계정은 당일 정지한다.\n\n# 제3조(이용)\n공무 메일은 공무 계정으로 주고받으며 외부 메일함으로 자동 전달하지 아니한다. 비밀문서는 보안 업무 규정에 따른다.\n\n# 제4조(기기)\n피시방 등 출처를 알 수 없는 컴퓨터에서 로그인하지 아니하며, 휴대전화를 잃어버리면 즉시 정보센터에 알린다.",
			"en":    "# 1. Scope\nThese regulations hold for everybody who works for the city and its agencies.\n\n# 2. Accounts\n- An account is used by one person only. It is not lent and not shared.\n- Passwords are told to nobody. Whoever suspects that one is known changes it at once and tells the IT Centre.\n- The account of whoever leaves is closed on that day.\n\n# 3. Use\nOfficial letters are sent and received with official accounts and are not forwarded to mailboxes outside. Classified documents follow the rules on the protection of secrets.\n\n# 4. Devices\nNobody signs in from computers of unknown origin, such as those of internet cafés. A lost telephone is reported to the IT Centre at once.",
		}},
	{unit: "disease", within: 30, accepted: []string{"kim.seoyeon", "do.khanhlinh"},
		titles: map[string]string{"zh-TW": "個案資料保密守則", "zh-CN": "个案资料保密守则", "vi": "Quy tắc bảo mật hồ sơ ca bệnh", "ko": "사례 자료 보안 수칙", "en": "Confidentiality of case files"},
		texts: map[string]string{
			"zh-TW": "個案資料僅供承辦業務之用，不得攜出或複製於私人設備。\n\n- 個案姓名不得載於信件主旨。\n- 調離職務時，應即交回全部資料。",
			"zh-CN": "个案资料仅供承办业务使用，不得带出或复制到私人设备。\n\n- 个案姓名不得写在信件主题中。\n- 调离岗位时，应立即交回全部资料。",
			"vi":    "Hồ sơ ca bệnh chỉ dùng cho công việc được giao, không mang ra ngoài, không sao chép vào thiết bị cá nhân.\n\n- Không ghi tên người bệnh ở tiêu đề thư.\n- Khi chuyển công tác phải bàn giao ngay toàn bộ hồ sơ.",
			"ko":    "사례 자료는 맡은 업무에만 사용하며 외부로 반출하거나 개인 기기에 복사하지 아니한다.\n\n- 환자의 이름을 메일 제목에 적지 아니한다.\n- 직무를 옮길 때에는 모든 자료를 즉시 반납한다.",
			"en":    "Case files serve the work in hand only. They are not taken out of the office and not copied to devices of one's own.\n\n- Names of patients do not stand in the subject of a letter.\n- Whoever moves to another post hands everything over at once.",
		}},
}

// regulations fills the rule book.
func (f *demoFiller) regulations(ctx context.Context) error {
	by := policy.System(directory.DefaultOrg)
	for _, r := range demoRegulations {
		v := rulebook.Version{Titles: r.titles, Bodies: r.texts, Within: r.within, Public: r.public}
		if r.unit != "" {
			v.Audience.Units = []int64{f.units[r.unit]}
		}
		v, err := f.h.Rulebook.AddDraft(ctx, by, v)
		if err != nil {
			return err
		}
		if err := f.h.Rulebook.Publish(ctx, by, v.ID, false); err != nil {
			return err
		}
		for _, key := range r.accepted {
			a, err := f.h.Directory.Account(ctx, directory.DefaultOrg, f.accounts[key].ID())
			if err != nil {
				return err
			}
			s := policy.Subject{Org: a.Org, Account: a.ID, Address: a.Address, Zone: policy.Inner, Assurance: policy.ByPassword, Door: "http"}
			if err := f.h.Rulebook.Accept(ctx, s, []int64{v.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}
