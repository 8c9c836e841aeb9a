"""Keys of the outputs: sound paths with their zones; for boards see `boards`."""

from __future__ import annotations

from agent.settings.key_docs.entry import OPTIONS, PORT, KeyDoc
from texts.catalogue import Text

_SERIAL = "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0"
OUTPUTS: dict[str, KeyDoc] = {
    "outputs": KeyDoc(
        Text(
            "mỗi đường tiếng (audio và zones) hoặc mỗi bảng điện tử (board và faces) là một mục",
            "one item for each sound path (audio and zones) or notice board (board and faces)",
        ),
        None,
    ),
    "outputs[].name": KeyDoc(
        Text("tên đầu ra, không trùng nhau", "the output's name, used once in the station"), "loa"
    ),
    "outputs[].audio": KeyDoc(
        Text("đường tiếng: chỉ dùng cùng zones", "a sound path: only together with zones"), None
    ),
    "outputs[].audio.driver": KeyDoc(
        Text("trình điều khiển âm thanh", "the sound driver"), "portaudio"
    ),
    "outputs[].audio.device": KeyDoc(
        Text(
            "thiết bị âm thanh; `tramtin doctor` liệt kê tên cố định của từng cái",
            "the sound device; `tramtin doctor` lists the stable name of each",
        ),
        "default",
    ),
    "outputs[].audio.loudspeaker": KeyDoc(
        Text(
            "loại loa: horn (loa phóng thanh) và column (loa cột) bỏ tiếng trầm mà loa không phát"
            " được: dưới 250 và 150 Hz",
            "kind of loudspeakers: horn and column leave out the low notes that they cannot give:"
            " below 250 and 150 Hz",
        ),
        "horn",
    ),
    "outputs[].audio.fade_in_ms": KeyDoc(
        Text(
            "sau lúc im lặng, tiếng to dần trong chừng này; bản tin khẩn cấp thì to ngay",
            "how long sound after silence takes to rise; an emergency is loud at once",
        ),
        200,
    ),
    "outputs[].audio.delay_ms": KeyDoc(
        Text(
            "tiếng đi từ card qua tăng âm đến loa chậm cố định chừng này (tăng âm số thường 1 đến"
            " 30): tiếng theo giờ và tiếng nói trực tiếp được đưa ra card sớm hơn đúng bằng ấy,"
            " để các cột loa kêu cùng lúc",
            "fixed delay from the card through the amplifier to the horn (1 to 30 for digital"
            " amplifiers): planned sound and live voice are given to the card so much earlier, so"
            " that poles sound together",
        ),
        12,
    ),
    "outputs[].audio.channels": KeyDoc(
        Text(
            "thiết bị có mấy kênh: hơn một thì mỗi cụm loa có thể có kênh riêng (zones[].channels)",
            "how many channels the device has: with more than one, each cluster may have its own"
            " (zones[].channels)",
        ),
        1,
    ),
    "outputs[].audio.port": KeyDoc(
        Text(
            "chỉ card cắm ở cổng này; cần khi trạm có hai card cùng tên (`ls -l /dev/snd/by-path`)",
            "only the card in this socket; needed where two cards have one name (`ls -l"
            " /dev/snd/by-path`)",
        ),
        "/dev/snd/by-path/platform-fd500000.pcie-pci-0000:01:00.0-usb-0:1.2:1.0",
    ),
    "outputs[].audio.mixer": KeyDoc(
        Text(
            "mức của chính card âm thanh, đặt lại mỗi lần mở card",
            "the sound card's own level, set at each opening of the card",
        ),
        None,
    ),
    "outputs[].audio.mixer.control": KeyDoc(
        Text(
            "tên nút chỉnh, như `amixer scontrols` ghi",
            "the name of the control, as `amixer scontrols` prints it",
        ),
        "PCM",
    ),
    "outputs[].audio.mixer.db": KeyDoc(Text("mức của nút chỉnh", "the level of the control"), 0),
    "outputs[].audio.fallbacks": KeyDoc(
        Text(
            "các card dự phòng theo thứ tự, dùng khi card đứng trước không có; card không ghi ở đây"
            " không bao giờ được phát",
            "fallback cards in order, driven while those before them are absent; a card that is not"
            " named is never driven",
        ),
        None,
    ),
    "outputs[].audio.fallbacks[].device": KeyDoc(
        Text("tên card dự phòng, như `device`", "the fallback card's name, as `device`"),
        "bcm2835 Headphones",
    ),
    "outputs[].audio.fallbacks[].port": KeyDoc(
        Text("như `audio.port`", "as `audio.port` of the first card"),
        "/dev/snd/by-path/platform-soc:sound",
    ),
    "outputs[].audio.fallbacks[].channels": KeyDoc(
        Text(
            "card này có mấy kênh; bỏ trống thì như audio.channels. Ít kênh hơn thì mọi cụm loa"
            " cùng nghe một tiếng, ở mức thấp nhất của chúng",
            "how many channels this card has; without: as audio.channels. With fewer, all clusters"
            " hear the same, at the lowest of their levels",
        ),
        1,
    ),
    "outputs[].audio.fallbacks[].gain_db": KeyDoc(
        Text(
            "cộng vào mọi tiếng phát qua card này; chưa đo thì để -20",
            "added to every sound on this card; leave -20 until it has been measured",
        ),
        -20,
    ),
    "outputs[].audio.fallbacks[].mixer": KeyDoc(
        Text("như `audio.mixer`", "as `audio.mixer` of the first card"), None
    ),
    "outputs[].audio.fallbacks[].mixer.control": KeyDoc(
        Text("tên nút chỉnh của card này", "the name of this card's control"), "Headphone"
    ),
    "outputs[].audio.fallbacks[].mixer.db": KeyDoc(
        Text("mức của nút chỉnh này", "the level of this control"), 0
    ),
    "outputs[].zones": KeyDoc(
        Text(
            "các cụm loa bật tắt riêng được của đường tiếng này",
            "the loudspeaker clusters of this sound path that can be switched by themselves",
        ),
        None,
    ),
    "outputs[].zones[].name": KeyDoc(
        Text(
            "tên cụm loa; lịch phát gọi bằng tên này, nên không trùng trong cả trạm",
            "the cluster's name; schedules call it by this, so it is used once in the whole"
            " station",
        ),
        "nga-ba",
    ),
    "outputs[].zones[].kind": KeyDoc(
        Text(
            "ordinary: thông thường; special: gần trạm y tế, trường học, chùa (mức âm thấp hơn)",
            "ordinary, or special: near a clinic, school or pagoda (a lower level)",
        ),
        "ordinary",
    ),
    "outputs[].zones[].switch": KeyDoc(
        Text(
            "công tắc nguồn của tăng âm; bỏ cả khoá này nếu tăng âm luôn bật",
            "the amplifier's power switch; leave it out if the amplifier is always on",
        ),
        None,
    ),
    "outputs[].zones[].switch.profile": KeyDoc(
        Text(
            "loại thiết bị: tên một tệp trong firmware-profiles, hoặc gpio, sim-amplifier",
            "kind of device: the name of a file in firmware-profiles, or gpio, sim-amplifier",
        ),
        "waveshare-modbus-rtu-relay",
    ),
    "outputs[].zones[].switch.port": KeyDoc(PORT, _SERIAL),
    "outputs[].zones[].switch.unit": KeyDoc(
        Text("địa chỉ của thiết bị trên đường dây", "the device's address on its line"), 1
    ),
    "outputs[].zones[].switch.coil": KeyDoc(
        Text("rơ-le thứ mấy, đếm từ 0", "which relay, counted from 0"), 0
    ),
    "outputs[].zones[].switch.options": KeyDoc(OPTIONS, {"baud": 9600}),
    "outputs[].zones[].settle_ms": KeyDoc(
        Text("chờ sau khi bật tăng âm rồi mới phát", "wait after switching on, before sound"), 400
    ),
    "outputs[].zones[].tail_ms": KeyDoc(
        Text("chờ sau khi hết tiếng rồi mới tắt tăng âm", "wait after sound, before switching off"),
        800,
    ),
    "outputs[].zones[].spl": KeyDoc(
        Text(
            "mức âm đo lúc nghiệm thu; bỏ trống thì trạm báo chưa hiệu chuẩn và không giữ được"
            " mức trần",
            "sound level measured at commissioning; without it the station reports not calibrated"
            " and cannot keep a cap",
        ),
        None,
    ),
    "outputs[].zones[].spl.dba": KeyDoc(
        Text(
            "LAeq của một bài đã cân mức, bằng máy đo cấp 2, trước miệng loa",
            "LAeq of a levelled item, by a class-2 meter, on the axis of the horn",
        ),
        91,
        "dB(A)",
    ),
    "outputs[].zones[].spl.distance_m": KeyDoc(
        Text(
            "đo cách loa bao xa: 10 đến 30 m, gần quá thì số đo sai",
            "how far from the horn it was measured: 10 to 30 m, nearer is wrong",
        ),
        10,
    ),
    "outputs[].zones[].spl.at_gain_db": KeyDoc(
        Text(
            "âm lượng của hộp lúc đo, trang trạng thái ghi con số này",
            "the volume of the box while it was measured, as the status page shows it",
        ),
        0,
    ),
    "outputs[].zones[].channels": KeyDoc(
        Text(
            "kênh nào của thiết bị nối với cụm loa này, đếm từ 1 (1 là trái, 2 là phải); bỏ trống:"
            " mọi kênh",
            "which channels of the device feed this cluster, counted from 1 (1 left, 2 right);"
            " without: all",
        ),
        [1],
    ),
    "outputs[].zones[].home_m": KeyDoc(
        Text(
            "từ loa đến nhà gần nhất; bỏ trống thì lấy số đã ký, không có nữa thì 10 m",
            "from the horn to the nearest home; without it the signed distance, else 10 m",
        ),
        25,
    ),
    "outputs[].zones[].trim_db": KeyDoc(
        Text(
            "giảm thêm cho riêng cụm này; bản tin khẩn cấp không giảm",
            "lower this cluster by so much; an emergency is not lowered",
        ),
        -3,
    ),
    "outputs[].monitor": KeyDoc(
        Text(
            "ngõ vào nghe lại loa trong lúc phát để biết có tiếng thật không; không lưu tiếng",
            "an input that hears the loudspeakers while they play, to know that there is sound;"
            " no sound is kept",
        ),
        None,
    ),
    "outputs[].monitor.driver": KeyDoc(
        Text("trình điều khiển của ngõ vào", "the input's driver"), "portaudio"
    ),
    "outputs[].monitor.device": KeyDoc(
        Text(
            "ngõ vào; `tramtin doctor` liệt kê tên cố định của từng cái",
            "the input; `tramtin doctor` lists the stable name of each",
        ),
        "USB PnP Sound Device",
    ),
    "outputs[].monitor.kind": KeyDoc(
        Text(
            "microphone: micrô gần một loa (mức A5); line: dây lấy tín hiệu ngay sau card hoặc tăng"
            " âm (mức A3)",
            "microphone: near one horn (level A5); line: a wire from behind card or amplifier"
            " (level A3)",
        ),
        "microphone",
    ),
}
