"""Texts of `welcome` and `profile`, Vietnamese and English, by stable code."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

PHRASES: Catalogue = {
    "welcome.title": Text(
        "MÁY CỦA CÁN BỘ: năm bước, chừng mười phút. Dừng lúc nào cũng được (Ctrl-C); gõ lại"
        " `tramtin-central welcome` là làm tiếp, việc đã xong không phải làm lại.",
        "AN OFFICER'S COMPUTER: five steps, some ten minutes. Stop at any time (Ctrl-C); type"
        " `tramtin-central welcome` again to go on, what is done stays done.",
    ),
    "welcome.folder": Text("Mọi tệp nằm ở: {0}", "All files are in: {0}"),
    "welcome.stopped": Text(
        "Đã dừng. Gõ `tramtin-central welcome` để làm tiếp.",
        "Stopped. Type `tramtin-central welcome` to go on.",
    ),
    "welcome.enter": Text("Nhấn Enter để sang bước sau", "Press Enter to go on"),
    "welcome.step.key": Text("BƯỚC 1/5. KHOÁ", "STEP 1/5. THE KEY"),
    "welcome.why.key": Text(
        "Khoá là chữ ký: máy này làm ra nó, nó không bao giờ rời máy, và không ai ký thay được.",
        "The key is your signature: this computer makes it, it never leaves, nobody signs for you.",
    ),
    "welcome.step.card": Text(
        "BƯỚC 2/5. GỬI PHẦN CÔNG KHAI", "STEP 2/5. HAND OVER THE PUBLIC PART"
    ),
    "welcome.why.card": Text(
        "Trung tâm cần phần công khai để biết chữ ký của ai; ai xem cũng được, không ai ký được"
        " bằng nó.",
        "The centre needs the public part to know whose signature it sees; anybody may see it,"
        " nobody can sign with it.",
    ),
    "welcome.step.root": Text("BƯỚC 3/5. GỐC CỦA TRUNG TÂM", "STEP 3/5. THE CENTRE'S ROOT"),
    "welcome.why.root": Text(
        "Gốc nói ai được ký gì; gốc giả thì mọi điều máy nói sau này đều giả, nên phải đối chiếu"
        " bằng tai.",
        "The root says who may sign what; with a false one all that this computer tells you later"
        " is false, so it is compared by ear.",
    ),
    "welcome.step.practice": Text("BƯỚC 4/5. TẬP KÝ", "STEP 4/5. PRACTISE SIGNING"),
    "welcome.why.practice": Text(
        "Tập với khoá tập trên một trạm tưởng tượng: không có gì kêu ở đâu cả.",
        "Practise with a practice key on an imaginary station: nothing sounds anywhere.",
    ),
    "welcome.step.summary": Text("BƯỚC 5/5. TÓM TẮT", "STEP 5/5. SUMMARY"),
    "welcome.name": Text("Họ và tên", "Full name"),
    "welcome.place": Text("Nơi công tác (xã, tỉnh)", "Office (commune, province)"),
    "welcome.role": Text(
        "Vai trò mà trung tâm báo, như vn.84.29266 (chưa biết thì Enter)",
        "Role that the centre has told, such as vn.84.29266 (not known: Enter)",
    ),
    "welcome.approver": Text(
        "Người duyệt lịch, họ và tên (chưa biết thì Enter)",
        "Who approves schedules, full name (not known: Enter)",
    ),
    "welcome.empty": Text("không để trống", "must not be empty"),
    "welcome.bad_text": Text(
        "nhiều nhất 120 chữ, trên một dòng", "120 letters at the most, on one line"
    ),
    "welcome.bad_role": Text(
        "vai trò viết bằng chữ thường, số và dấu chấm, như vn.84.29266",
        "a role is lower-case letters, digits and dots, such as vn.84.29266",
    ),
    "welcome.where_key": Text(
        "Khoá nằm ở: 1 = tệp trên máy này, có mật khẩu; 2 = thẻ khoá (token)",
        "The key is: 1 = a file on this computer, with a passphrase; 2 = on a token",
    ),
    "welcome.one_or_two": Text("gõ 1 hoặc 2", "type 1 or 2"),
    "welcome.token": Text(
        "Địa chỉ của khoá trong thẻ, như hsm:2?label=so-cua-lan",
        "Address of the key on the token, such as hsm:2?label=lans-token",
    ),
    "welcome.pin": Text("Mã PIN của thẻ", "PIN of the token"),
    "welcome.passphrase_rules": Text(
        "Đặt mật khẩu: ít nhất 10 ký tự, chữ không dấu và số (bộ gõ tiếng Việt ghi dấu mỗi máy một"
        " khác). Chữ gõ không hiện ra. Quên mật khẩu thì phải làm khoá mới.",
        "Choose a passphrase: 10 characters or more, letters without marks and digits (each input"
        " method writes marks its own way). What you type is not shown. Who forgets it needs a"
        " new key.",
    ),
    "welcome.passphrase": Text("Mật khẩu", "Passphrase"),
    "welcome.passphrase_again": Text("Gõ lại mật khẩu", "The passphrase again"),
    "welcome.short": Text("ngắn quá: ít nhất 10 ký tự", "too short: 10 characters or more"),
    "welcome.marks": Text(
        "có chữ có dấu hay chữ lạ: tắt bộ gõ tiếng Việt rồi gõ lại",
        "it has marks or strange letters: switch the input method off and type again",
    ),
    "welcome.differ": Text("hai lần gõ khác nhau, gõ lại", "the two differ, once more"),
    "welcome.key_there": Text(
        "Khoá đã làm ở lần trước ({0}): gõ mật khẩu của nó",
        "The key was made the last time ({0}): type its passphrase",
    ),
    "welcome.wrong": Text("Không mở được: {0}", "It does not open: {0}"),
    "welcome.key_made": Text("Đã có khoá {0}, mã {1}", "The key is there: {0}, id {1}"),
    "welcome.windows": Text(
        "Trên Windows tệp khoá nằm trong thư mục riêng của tài khoản này: người dùng khác không đọc"
        " được, trừ quản trị viên của máy. Mật khẩu của khoá vẫn giữ nó.",
        "On Windows the key's file is in this account's own folder: other users cannot read it,"
        " administrators can. The key's passphrase still guards it.",
    ),
    "welcome.card_text": Text(
        "1. Gửi đoạn chữ này cho trung tâm bằng thư hay Zalo, chép cả đoạn (cũng ở tệp {0}):",
        "1. Send this text to the centre by mail or chat, all of it (also in the file {0}):",
    ),
    "welcome.card_qr": Text(
        "   hoặc đưa mã QR này cho họ chụp (tệp {0} và {1}):",
        "   or have them scan this QR code (files {0} and {1}):",
    ),
    "welcome.card_words": Text(
        "2. Gọi số điện thoại của trung tâm mà mình đã biết, đọc sáu từ của khoá:",
        "2. Call the centre at a number that you know already, read the key's six words:",
    ),
    "welcome.card_done": Text(
        "Phần công khai: {0} (xem lại: `tramtin-central profile card`)",
        "The public part: {0} (see it again: `tramtin-central profile card`)",
    ),
    "welcome.root_source": Text(
        "Tệp root.json trung tâm gửi, hay địa chỉ https (chưa có thì Enter, làm sau)",
        "The root.json that the centre sent, or its https address (not there yet: Enter)",
    ),
    "welcome.root_later": Text(
        "Chưa có gốc. Nhận được thì gõ lại `tramtin-central welcome`.",
        "No root yet. When it has come, type `tramtin-central welcome` again.",
    ),
    "welcome.root_bad": Text("Tệp ấy không dùng được: {0}", "That file cannot be used: {0}"),
    "welcome.root_call": Text(
        "Gọi trung tâm (số mình đã biết, không phải số trong thư) và nhờ đọc sáu từ của gốc. Mỗi"
        " lần nghe một từ thì gõ số của từ ấy, hay gõ chính từ ấy (không dấu cũng được); không có"
        " từ vừa nghe thì gõ 0.",
        "Call the centre (at a number that you know, not one from the mail) and have the six words"
        " of the root read to you. At each word type its number, or the word itself (marks may be"
        " left out); if what you hear is not there, type 0.",
    ),
    "welcome.word": Text("Từ thứ {0}:  {1}", "Word {0}:  {1}"),
    "welcome.word_unknown": Text(
        "gõ 1, 2, 3, chính từ ấy, hay 0 nếu không có",
        "type 1, 2, 3, the word itself, or 0 for none",
    ),
    "welcome.words_again": Text(
        "Từ ấy không phải từ của tệp này. Nghe lại từ đầu, thêm một lần nữa.",
        "That is not the word of this file. Listen again from the first word, once more.",
    ),
    "welcome.words_good": Text("Sáu từ khớp.", "All six words match."),
    "welcome.root_wrong": Text(
        "SÁU TỪ KHÔNG KHỚP: tệp này không phải gốc của trung tâm. Chưa ghi gì. Đừng dùng nó; báo"
        " trung tâm người gửi và cách gửi.",
        "THE WORDS DO NOT MATCH: this file is not the centre's root. Nothing was written. Do not"
        " use it; tell the centre who sent it and how.",
    ),
    "welcome.root_done": Text("Gốc đã đối chiếu: {0}", "The root was compared: {0}"),
    "welcome.root_demo": Text(
        "CHÚ Ý: cây này là của buổi trình diễn, hộp thật không nhận.",
        "NOTE: this tree is a demonstration's, no box in service takes it.",
    ),
    "welcome.root_alone": Text(
        "Đây mới là gốc; muốn ký thì xin thêm tệp của `tramtin-central authority export`, rồi gõ"
        " `tramtin-central profile root TỆP`.",
        "This is the root alone; to sign, ask for a file of `tramtin-central authority export` and"
        " type `tramtin-central profile root FILE`.",
    ),
    "welcome.roles": Text("Khoá này được ký với vai trò: {0}", "This key may sign as: {0}"),
    "welcome.no_role": Text(
        "Khoá này chưa có trong cây. Trung tâm công bố xong sẽ gửi tệp mới: khi ấy gõ"
        " `tramtin-central profile root TỆP`.",
        "This key is not in the tree yet. After publication the centre sends a new file: then type"
        " `tramtin-central profile root FILE`.",
    ),
    "practice.words": Text("Câu hỏi 1. Loa nói gì", "Question 1. What do the loudspeakers say"),
    "practice.sample": Text(
        "Kính mời 120 hộ ấp 3 họp lúc 17h30 ngày 15/12 tại UBND xã.",
        "Kính mời 120 hộ ấp 3 họp lúc 17h30 ngày 15/12 tại UBND xã.",
    ),
    "practice.title": Text("Bài tập", "Exercise"),
    "practice.at": Text(
        "Câu hỏi 2. Mấy giờ (như 05:30)", "Question 2. At what time (such as 05:30)"
    ),
    "practice.days": Text(
        "Câu hỏi 3. Ngày nào (daily = mọi ngày, t2-t7, cn)",
        "Question 3. On which days (daily, mon-sat, sun)",
    ),
    "practice.file": Text(
        "Ba câu trả lời ấy là một tệp lịch, đã ghi vào {0}:",
        "Those three answers are a schedule; it is in {0}:",
    ),
    "practice.week": Text(
        "Diễn tập, tức là cả tuần như hộp sẽ phát (hình: {0}, mở bằng trình duyệt):",
        "Rehearsal: the week as a box will play it (picture: {0}, open it in a browser):",
    ),
    "practice.spoken": Text(
        "Loa sẽ nói đúng các lời này:", "The loudspeakers will say exactly this:"
    ),
    "practice.rejected": Text(
        "Trong lịch ấy có mục hộp sẽ từ chối: đổi câu trả lời, như khi làm thật.",
        "A box would refuse something of it: change an answer, as with a real one.",
    ),
    "practice.secret": Text(
        "Mật khẩu của khoá tập là {0}; chữ gõ không hiện ra.",
        "The passphrase of the practice key is {0}; what you type is not shown.",
    ),
    "practice.signed": Text(
        "Đã ký. Hộp của trạm tập kiểm chữ ký: ĐÚNG, nhận lịch.",
        "Signed. The practice station's box verifies the signature: GOOD, it takes the schedule.",
    ),
    "practice.forged": Text(
        "Thử sai 1: có người sửa một chữ trên đường đi. Hộp nói: {0} (chữ ký không còn khớp),"
        " không phát.",
        "Mistake 1: somebody changes one letter on the way. The box says: {0} (the signature fits"
        " no more), and plays nothing.",
    ),
    "practice.quiet": Text(
        "Thử sai 2: gõ nhầm {0} thay cho {1}. Diễn tập nói trước khi ký:",
        "Mistake 2: {0} typed in place of {1}. The rehearsal says so before anybody signs:",
    ),
    "practice.done": Text("Đã tập ký.", "Practised."),
    "summary.good": Text("  ✓ {0}", "  ✓ {0}"),
    "summary.lacks": Text("  … {0}", "  … {0}"),
    "summary.key": Text("khoá: {0}", "key: {0}"),
    "summary.card": Text("phần công khai đã gửi trung tâm", "public part handed to the centre"),
    "summary.card_lacks": Text("phần công khai chưa gửi", "public part not handed over yet"),
    "summary.root": Text(
        "gốc đã đối chiếu, tệp của cây: {0}", "root compared, the tree's file: {0}"
    ),
    "summary.root_lacks": Text("gốc chưa nhận", "no root yet"),
    "summary.tree_lacks": Text(
        "gốc đã đối chiếu, còn thiếu tệp của cây", "root compared, the tree's file is missing"
    ),
    "summary.practice": Text("đã tập ký", "practised"),
    "summary.practice_lacks": Text("chưa tập ký", "not practised yet"),
    "summary.role_lacks": Text(
        "vai trò: trung tâm báo thì gõ `tramtin-central profile set role vn.84.29266`",
        "role: when the centre tells it, type `tramtin-central profile set role vn.84.29266`",
    ),
    "summary.media_lacks": Text(
        "địa chỉ tải bản ghi: trung tâm báo thì gõ `tramtin-central profile set media_url"
        " https://…`; lịch chỉ có chữ thì chưa cần",
        "address of recordings: when the centre tells it, type `tramtin-central profile set"
        " media_url https://…`; a schedule without recordings needs none",
    ),
    "summary.backup": Text(
        "SAO LƯU KHOÁ: cắm USB, gõ `tramtin-central profile backup E:\\` (thư mục của USB), cất USB"
        " trong phong bì dán kín, ở tủ có khoá. Mật khẩu không ghi vào đó. Mất cả hai thì báo trung"
        " tâm để thay khoá.",
        "BACK UP THE KEY: plug in a USB stick, type `tramtin-central profile backup /media/usb`"
        " (its folder), keep it sealed in a locked cupboard. Never write the passphrase there. If"
        " both are lost, tell the centre: the key is replaced.",
    ),
    "summary.next": Text(
        "TỪ NAY: `tramtin-central sign lich.yaml` là đủ; khoá, gốc, vai trò, tên người soạn và"
        " người duyệt máy lấy ở đây. Xem lại: `tramtin-central profile`.",
        "FROM NOW ON `tramtin-central sign schedule.yaml` is enough: key, root, role, editor and"
        " approver are taken from here. See them with `tramtin-central profile`.",
    ),
    "profile.none": Text(
        "máy này chưa có hồ sơ: gõ `tramtin-central welcome`",
        "there is no profile here: type `tramtin-central welcome`",
    ),
    "profile.set": Text("{0}: {1}", "{0}: {1}"),
    "profile.field": Text("không có mục này; có: {0}", "no such entry; there are: {0}"),
    "profile.value": Text("giá trị không dùng được: {0}", "not a value of it: {0}"),
    "profile.follows": Text(
        "Cây mới nối tiếp gốc đã đối chiếu; không cần đọc từ. Đã ghi {0}",
        "The new tree follows from the root that was compared; no words are needed. Written: {0}",
    ),
    "profile.older": Text(
        "tệp này cũ hơn cây đang dùng: xin trung tâm tệp mới nhất",
        "this file is older than the tree in use: ask the centre for the newest",
    ),
    "profile.stranger": Text(
        "tệp này KHÔNG nối tiếp gốc đã đối chiếu: đừng dùng, gọi trung tâm. Trung tâm đã làm gốc"
        " mới từ đầu thì gõ `tramtin-central profile forget-root` rồi `welcome`",
        "this file does NOT follow from the root that was compared: do not use it, call the centre."
        " If they began a new root, type `tramtin-central profile forget-root`, then `welcome`",
    ),
    "profile.forgot": Text(
        "Đã bỏ gốc. Gõ `tramtin-central welcome` để đối chiếu gốc mới.",
        "The root is forgotten. Type `tramtin-central welcome` to compare the new one.",
    ),
    "profile.forget_ask": Text(
        "Bỏ gốc đang tin? Chỉ làm khi trung tâm bảo qua điện thoại.",
        "Forget the trusted root? Only when the centre told you so on the telephone.",
    ),
    "profile.on_token": Text(
        "khoá nằm trong thẻ, không sao lưu được: thẻ thứ hai là khoá thứ hai",
        "the key is on a token and cannot be copied: a second token is a second key",
    ),
    "profile.backup_there": Text(
        "đã có tệp khác cùng tên ở đó, không ghi đè", "another file of that name is there"
    ),
    "profile.backup": Text("Đã chép và đọc lại: {0}", "Copied and read back: {0}"),
    "card.paste": Text(
        "Dán đoạn chữ TRAMTIN-KEY-1:…: vào đây rồi Enter",
        "Paste the text TRAMTIN-KEY-1:…: here, then Enter",
    ),
    "card.root_words": Text(
        "Sáu từ của root bản {0}, đọc cho người vừa nhận root.json:",
        "The six words of root version {0}, for whoever has received root.json:",
    ),
    "card.who": Text("{0}; {1}; vai trò: {2}; mã khoá {3}", "{0}; {1}; role: {2}; key id {3}"),
    "card.call": Text(
        "Gọi người ấy ở số mình đã biết; họ đọc sáu từ của khoá. Gõ số của từ nghe được, hay chính"
        " từ ấy; không có thì gõ 0.",
        "Call that person at a number that you know; they read the key's six words. Type the number"
        " of what you hear, or the word itself; 0 if it is not there.",
    ),
    "card.wrong": Text(
        "SÁU TỪ KHÔNG KHỚP: khoá này không phải của người ấy. Chưa ghi gì.",
        "THE WORDS DO NOT MATCH: this is not that person's key. Nothing was written.",
    ),
    "card.next": Text(
        "Tiếp theo, trong bản thảo của cây:\n  tramtin-central authority delegate CAY {0} --holder"
        " {1}\nđổi khoá cũ:\n  tramtin-central authority rotate CAY {0} --new {1}",
        "Next, in the draft of the tree:\n  tramtin-central authority delegate FOLDER {0} --holder"
        " {1}\nto replace an old key:\n  tramtin-central authority rotate FOLDER {0} --new {1}",
    ),
    "error.E_FINGERPRINT": Text("sáu từ không khớp", "the six words do not match"),
    "error.E_PROFILE": Text("hồ sơ của máy này", "the profile of this computer"),
}
