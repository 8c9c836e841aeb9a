"""Phrases about certificates and the way to the broker; see `doctor.messages` for their form."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

_NET = Text(
    "kiểm tra dây mạng, SIM, tường lửa",
    "look at the network cable, the SIM, the firewall",
)
_ASK = Text("hỏi trung tâm", "ask the centre")
_RENEW = Text("xin trung tâm chứng thư mới", "ask the centre for a new certificate")

LINK: Catalogue = {
    # the way to the page
    "page_good": Text("mở được tại {0}", "can be opened at {0}"),
    "page_none": Text(
        "không có trang cho điện thoại: {0} thiếu khoá page",
        "no page for a phone: {0} has no key page",
    ),
    "page_none.step": Text(
        "muốn có thì thêm `page:` với `listen` và `pin`",
        "to have one add `page:` with `listen` and `pin`",
    ),
    "page_elsewhere": Text(
        "page.listen là {0}, nhưng hộp không có địa chỉ đó; hộp có: {1}",
        "page.listen is {0}, but that is no address of this box; it has: {1}",
    ),
    "page_elsewhere.step": Text(
        "cắm cáp mạng nội bộ; vẫn vậy thì sửa page.listen thành địa chỉ mạng nội bộ của hộp",
        "plug in the local network's cable; else write the box's local address into page.listen",
    ),
    "page_taken": Text("phần mềm khác đang dùng {0}", "another program uses {0}"),
    "page_taken.step": Text(
        "đổi số cổng trong page.listen, ví dụ 8081", "use another port in page.listen, such as 8081"
    ),
    "page_mute": Text(
        "chương trình đang chạy nhưng trang không trả lời tại {0} ({1})",
        "the agent runs, but the page does not answer at {0} ({1})",
    ),
    "page_mute.step": Text(
        "station.yaml vừa sửa thì `sudo systemctl restart tramtin`; không thì gửi gói hỗ trợ",
        "after a change of station.yaml `sudo systemctl restart tramtin`; else send the bundle",
    ),
    # certificates
    "certificate_days": Text(
        "chứng thư của hộp còn hạn đến {0} ({1} ngày)",
        "the box's certificate is valid until {0} ({1} days)",
    ),
    "certificate_unreadable": Text(
        "{0} hoặc {1} không có, hoặc không phải chứng thư",
        "{0} or {1} is missing, or is no certificate",
    ),
    "certificate_unreadable.step": Text(
        "cài lại tệp của trung tâm", "install the centre's files again"
    ),
    "certificate_of_other": Text(
        'chứng thư mang tên "{0}", không phải trạm {1}',
        'the certificate is of "{0}", not of station {1}',
    ),
    "certificate_of_other.step": Text(
        "đổi mã trạm trong station.yaml, hoặc cài đúng chứng thư của trạm này",
        "correct the station in station.yaml, or install this station's certificate",
    ),
    "key_closed": Text("không được đọc khóa {0}", "the key {0} may not be read"),
    "key_closed.step": Text(
        "khám lại bằng `sudo tramtin doctor`", "examine again with `sudo tramtin doctor`"
    ),
    "key_unreadable": Text("{0} không phải khóa dùng được", "{0} is no usable key"),
    "key_unreadable.step": Text(
        "xin trung tâm cấp lại khóa và chứng thư", "ask the centre for a new key and certificate"
    ),
    "key_of_other": Text(
        "khóa {0} không thuộc chứng thư {1}", "the key {0} does not belong to the certificate {1}"
    ),
    "key_of_other.step": Text(
        "cài khóa và chứng thư của cùng một lần cấp",
        "install key and certificate of the same issue",
    ),
    "identity_good": Text("chứng thư và khóa đều của {0}", "certificate and key are both of {0}"),
    "unseen_certificate": Text(
        "chứng thư của hộp ghi hạn đến {0}; chưa có giờ tin cậy để xét",
        "the box's certificate ends on {0}; no trusted time yet to judge that",
    ),
    # the way to the broker
    "dns_good": Text("{0} là {1} ({2} ms)", "{0} is {1} ({2} ms)"),
    "dns_unknown": Text("không tìm ra địa chỉ của {0}", "no address is known for {0}"),
    "dns_unknown.step": Text(
        "xem chính tả của broker.host; xem mạng và DNS",
        "look at the spelling of broker.host, at the network and at DNS",
    ),
    "dns_silent": Text("DNS không trả lời cho {0}", "DNS does not answer for {0}"),
    "dns_silent.step": _NET,
    "tcp_good": Text("{0} cổng {1} mở ({2} ms)", "{0} port {1} is open ({2} ms)"),
    "tcp_refused": Text(
        "{0} từ chối cổng {1}: máy có đó, dịch vụ không chạy hoặc sai cổng",
        "{0} refuses port {1}: the machine is there, the service is not, or the port is wrong",
    ),
    "tcp_refused.step": Text(
        "xem broker.port; hỏi trung tâm máy chủ có chạy không",
        "look at broker.port; ask the centre whether the broker runs",
    ),
    "tcp_silent": Text(
        "{0} cổng {1} không trả lời trong {2} giây", "{0} port {1} does not answer within {2} s"
    ),
    "tcp_silent.step": Text(
        "thường là tường lửa chặn; kiểm tra dây mạng, SIM",
        "mostly a firewall; look at the network cable and the SIM",
    ),
    "tcp_unreachable": Text("không có đường tới {0} cổng {1}", "no way to {0} port {1}"),
    "tcp_unreachable.step": _NET,
    "tls_good": Text("{0}, hai bên tin nhau ({1} ms)", "{0}, both sides trust each other ({1} ms)"),
    "tls_files": Text("không đọc được {0}, {1} hoặc {2}", "{0}, {1} or {2} cannot be read"),
    "tls_files.step": Text("cài lại các tệp của trung tâm", "install the centre's files again"),
    "tls_silent": Text(
        "cổng mở nhưng không bắt tay TLS trong {0} giây",
        "the port is open, but no TLS handshake within {0} s",
    ),
    "tls_silent.step": Text(
        "cổng này có đúng là MQTT qua TLS không? có thể một thiết bị giữa đường chặn",
        "is this port MQTT over TLS? something in between may hold it up",
    ),
    "tls_not_tls": Text("cổng này không nói TLS", "this port does not speak TLS"),
    "tls_not_tls.step": Text(
        "xem broker.port (thường là 8883)", "look at broker.port (mostly 8883)"
    ),
    "tls_hung_up": Text("máy chủ ngắt giữa lúc bắt tay TLS", "hung up during the TLS handshake"),
    "tls_hung_up.step": _ASK,
    "tls_speaks_first": Text(
        "bên kia nói trước: có lẽ không phải máy chủ MQTT",
        "the other side speaks first: perhaps no MQTT broker",
    ),
    "tls_speaks_first.step": Text(
        "xem broker.host và broker.port", "look at broker.host and broker.port"
    ),
    "tls_refused_us": Text(
        "máy chủ không nhận chứng thư của hộp", "the broker refuses the box's certificate"
    ),
    "tls_refused_us.step": _RENEW,
    "tls_our_expired": Text(
        "máy chủ nói chứng thư của hộp đã hết hạn",
        "the broker says that the box's certificate has expired",
    ),
    "tls_our_expired.step": _RENEW,
    "tls_our_revoked": Text(
        "máy chủ nói chứng thư của hộp đã bị thu hồi",
        "the broker says that the box's certificate was revoked",
    ),
    "tls_our_revoked.step": _RENEW,
    "tls_our_authority": Text(
        "máy chủ không biết nơi cấp chứng thư của hộp",
        "the broker does not know who issued the box's certificate",
    ),
    "tls_our_authority.step": _RENEW,
    "broker_expired": Text(
        "chứng thư của máy chủ đã hết hạn (theo giờ của hộp)",
        "the broker's certificate has expired (by the box's own time)",
    ),
    "broker_expired.step": Text(
        "xem mục Giờ ở trên; giờ đúng thì báo trung tâm thay chứng thư máy chủ",
        "look at Time above; when that is right the centre must renew the broker's certificate",
    ),
    "broker_not_yet": Text(
        "chứng thư của máy chủ chưa có hiệu lực (theo giờ của hộp)",
        "the broker's certificate is not valid yet (by the box's own time)",
    ),
    "broker_not_yet.step": Text(
        "giờ của hộp chạy chậm, hoặc chứng thư mới có hiệu lực sau: xem mục Giờ ở trên",
        "the box's time is behind, or the certificate begins later: look at Time above",
    ),
    "broker_wrong_name": Text(
        "chứng thư của máy chủ không phải của {0}", "the broker's certificate is not of {0}"
    ),
    "broker_wrong_name.step": Text(
        "ghi broker.host đúng như trung tâm đưa; vẫn vậy thì có thể có kẻ đứng giữa, báo ngay",
        "write broker.host as the centre gave it; still so: someone may be in between, report it",
    ),
    "broker_other_authority": Text(
        "chứng thư của máy chủ không do {0} cấp", "the broker's certificate was not issued by {0}"
    ),
    "broker_other_authority.step": Text(
        "cài broker-ca.pem mới của trung tâm; vẫn vậy thì có thể có kẻ đứng giữa, báo ngay",
        "install the centre's broker-ca.pem; still so: someone may be in between, report it",
    ),
    "broker_not_trusted": Text(
        "không tin được chứng thư của máy chủ", "the broker's certificate cannot be trusted"
    ),
    "broker_not_trusted.step": _ASK,
    "broker_days": Text(
        "chứng thư máy chủ còn hạn đến {0} ({1} ngày)",
        "the broker's certificate is valid until {0} ({1} days)",
    ),
    "broker_days_low": Text(
        "chứng thư máy chủ chỉ còn hạn đến {0} ({1} ngày)",
        "the broker's certificate ends on {0} ({1} days)",
    ),
    "broker_days_low.step": Text(
        "báo trung tâm thay chứng thư máy chủ", "tell the centre to renew the broker's certificate"
    ),
    "mqtt_busy": Text(
        "chương trình đang chạy (pid {0}) giữ kết nối này; vào lần hai sẽ đẩy nó ra, nên không thử",
        "the running agent (pid {0}) owns this connection; a second one would throw it out",
    ),
    "mqtt_busy.step": Text(
        "xem kết nối trên trang trạng thái; hoặc `sudo systemctl stop tramtin`, rồi khám lại",
        "look at the link on the status page; or `sudo systemctl stop tramtin`, then examine again",
    ),
    "mqtt_good": Text(
        "máy chủ cho vào ({0} ms) và nhận đăng ký các kênh của trạm ({1} ms)",
        "the broker lets us in ({0} ms) and takes our subscriptions ({1} ms)",
    ),
    "mqtt_slow": Text(
        "máy chủ cho vào ({0} ms) nhưng trả lời chậm ({1} ms)",
        "the broker lets us in ({0} ms) but answers slowly ({1} ms)",
    ),
    "mqtt_slow.step": Text(
        "đo lại lúc khác; xem sóng SIM", "measure again later; look at the SIM's signal"
    ),
    "mqtt_old": Text(
        "máy chủ chỉ nói MQTT 3.1.1: dùng được, báo lỗi kém rõ hơn",
        "the broker only speaks MQTT 3.1.1: it works, but explains refusals less well",
    ),
    "mqtt_old.step": _ASK,
    "mqtt_silent": Text(
        "máy chủ không trả lời lời chào MQTT trong {0} giây",
        "the broker does not answer the MQTT greeting within {0} s",
    ),
    "mqtt_silent.step": _ASK,
    "mqtt_refused": Text(
        "máy chủ không cho trạm {0} vào", "the broker does not let station {0} in"
    ),
    "mqtt_refused.step": Text(
        "hỏi trung tâm: trạm này đã được khai trên máy chủ chưa",
        "ask the centre whether this station is known to the broker",
    ),
    "suback_refused": Text(
        "máy chủ từ chối kênh {0} (mã {1}): hộp sẽ không nghe được lệnh",
        "the broker refuses the topic {0} (code {1}): the box would be deaf",
    ),
    "suback_refused.step": Text(
        "báo trung tâm sửa quyền (ACL) của trạm này",
        "the centre must correct this station's access rules (ACL)",
    ),
}
