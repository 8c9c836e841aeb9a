"""The keys of pictures in schedule.yaml."""

from __future__ import annotations

from central.documents.file_reference.key_text import ADDRESS, CLIP_FILE, IMAGE_FILE, KeyText
from texts.catalogue import Text

_FIT = KeyText(
    Text(
        "`contain`: hình trọn vẹn trong khung; `cover`: phủ kín khung, cắt mép; `stretch`: "
        "kéo giãn cho vừa. Hộp bản cũ luôn hiện trọn vẹn.",
        "`contain`: whole; `cover`: filling its box, cut at the edges; `stretch`: out of "
        "proportion. Boxes of older releases show it whole.",
    )
)
_COLOUR = KeyText(Text("Màu chữ.", "Colour of the text."), examples=("#ffcc00",))
_BACKGROUND = KeyText(Text("Màu nền.", "Colour behind it."), examples=("#000000",))
_FOR = KeyText(
    Text(
        "Hiện bao lâu rồi sang cái sau; ít nhất 4s, cho khỏi chớp về phía đường.",
        "How long, before the next one; at least 4s, not to flash towards traffic.",
    )
)

_STILL: dict[str, KeyText] = {
    "text": KeyText(
        Text(
            "Chữ; `{station}` thành mã trạm, `{face}` thành tên mặt bảng. Chữ to hết mức mà khung "
            "chứa được.",
            "Text; `{station}` becomes the station's id, `{face}` the face's name. As large as its "
            "box allows.",
        )
    ),
    "count_to": KeyText(
        Text(
            "Đếm ngược đến lúc ấy (Tết, ngày bầu cử): dưới `text` có thêm “còn 67 ngày”, ngày cuối "
            "thì giờ và phút, đến lúc thì chỉ còn `text`. Theo thứ tiếng của mục: vi, km, en. Hộp "
            "bản cũ chỉ hiện `text`.",
            "Counts down to that moment: below `text` stands how many days are left, on the last "
            "day hours and minutes, behind it `text` alone; in the item's language. Boxes of "
            "older releases show `text` alone.",
        ),
        examples=("2027-02-06", "2026-12-20 07:00"),
    ),
    "clock": KeyText(
        Text(
            "Đồng hồ, ở trên cùng (không có gì khác thì cả khung). `time`: giờ; `date`: thứ, ngày "
            "và giờ; `lunar`: thêm ngày âm lịch Việt Nam. Thứ theo thứ tiếng của mục: vi, km, en. "
            "Hộp bản cũ hiện ngày và giờ, không có thứ và ngày âm.",
            "A clock, at the top, or in the whole box if nothing else is there. `time`; `date`: "
            "weekday, date and time; `lunar`: with the Vietnamese lunar date. Weekdays in the "
            "item's language. Boxes of older releases show date and time.",
        )
    ),
    "qr": KeyText(
        Text(
            "Mã QR ở một phần ba bên phải; `{station}`, `{face}` như trên, để biết người quét đứng "
            "ở bảng nào.",
            "A QR code on the right third; `{station}` and `{face}` as above tell at which board "
            "it was read.",
        ),
        form=ADDRESS,
    ),
    "image": KeyText(Text("Hình, nằm trên chữ.", "An image, above the text."), form=IMAGE_FILE),
    "image_fit": _FIT,
    "colour": _COLOUR,
    "background": _BACKGROUND,
}

PICTURE_SPEC: dict[str, KeyText] = {
    **_STILL,
    "ticker": KeyText(
        Text(
            "Chữ chạy từ phải sang trái, một dòng, ở phần dưới bảng (không có gì khác thì cả "
            "mặt bảng); `{station}` như trên. Tối đa 2.000 chữ cái; càng dài chữ càng nhỏ. Hộp"
            " bản cũ hiện thành chữ đứng yên; `publish` kể tên trạm ấy.",
            "One line that runs from right to left at the bottom, or on the whole face if "
            "nothing else is there; boxes of older releases show it at rest.",
        )
    ),
    "ticker_speed": KeyText(
        Text(
            "Chữ đi hết bề ngang: `slow` trong 16 giây, `normal` 10 giây, `fast` 6 giây.",
            "A letter crosses the face in 16 s (`slow`), 10 s (`normal`) or 6 s (`fast`).",
        )
    ),
    "transition": KeyText(
        Text(
            "`cut`: đổi ngay; `fade`: hiện dần trong 0,6 giây, khi mục bắt đầu và khi `slides`, "
            "`regions` đổi. Mục có chữ chạy, tin khẩn cấp và hộp bản cũ thì đổi ngay.",
            "`cut`: at once; `fade`: gradually within 0.6 s, when the item begins and when "
            "`slides` or `regions` change. Items with running text, emergencies and boxes of "
            "older releases change at once.",
        )
    ),
    "video": KeyText(
        Text(
            "Một đoạn phim, ở chỗ của `image`; không có `for` và không có tiếng thì hiện đúng bằng "
            "độ dài của phim. Tệp do `tramtin-central prepare-video` làm ra; tiếng của phim là tệp "
            "riêng, ghi ở `play`, và phát khớp với hình. Hộp bản 0.1.0 từ chối lịch; `publish` kể "
            "tên trạm ấy.",
            "A clip, in the place of `image`; without `for` and sound it is shown for as long as "
            "it lasts. `tramtin-central prepare-video` makes the file; its sound is a file of its "
            "own, under `play`, and in step with the picture. Boxes of 0.1.0 refuse the schedule.",
        ),
        form=CLIP_FILE,
    ),
    "video_fit": _FIT,
    "video_loop": KeyText(
        Text(
            "`true`: hết thì chiếu lại từ đầu; không thì giữ hình cuối.",
            "`true`: over and over; else its last picture stays.",
        )
    ),
    "video_box": KeyText(
        Text(
            "Máy tính trong hộp của **mọi** trạm nhận: phim phải vừa sức máy ấy "
            "(bảng ở sổ tay kỹ thuật viên).",
            "The computer in the box of **every** station that receives it: the clip must be "
            "within its limits.",
        )
    ),
    "input": KeyText(
        Text(
            "Hình trực tiếp: ngõ vào này của card NovaStar (`sdi`, `dvi`…) hay card ghi hình "
            "(`video_inputs`), nhiều nhất 4 giờ, đúng giờ của mục, hết thì tự trả lại; tin khẩn "
            "chiếm lại ngay. Phải có trong `inputs` của cấu hình trạm. `text` đi cùng hiện khi "
            "không có hình, và ở bảng không có card. Hộp bản cũ từ chối cả lịch.",
            "A live picture: this input of the NovaStar card (`sdi`, `dvi`…) or capture card "
            "(`video_inputs`), for 4 hours at most, by the times of the item; an emergency takes "
            "the wall back at once. The input must stand in `inputs` of the station-config. The "
            "`text` beside it is shown while no picture comes, and by boards without a card. Boxes "
            "of older releases refuse the schedule.",
        ),
        examples=("sdi",),
    ),
    "slides": KeyText(
        Text(
            "Nhiều hình lần lượt thay nhau, ở chỗ của `image`; hết thì quay lại hình đầu. Các trạm "
            "và các mặt bảng chuyển hình cùng lúc. Hộp bản cũ chỉ hiện hình đầu.",
            "Pictures that follow each other in the place of `image`, over and over; stations and "
            "faces change together. Boxes of older releases show the first one.",
        )
    ),
    "regions": KeyText(
        Text(
            "Chia bảng thành các phần, mỗi phần có danh sách riêng lần lượt hiện; nhiều nhất 3, "
            "tính cả `slides`. Hộp bản cũ chỉ hiện mục đầu của mỗi phần.",
            "Parts of the face, each with a list of its own; three at the most, `slides` included."
            " Boxes of older releases show the first of each list.",
        )
    ),
}

SLIDE_SPEC: dict[str, KeyText] = {
    "image": KeyText(Text("Tên tệp hình.", "The picture's file name.")),
    "for": _FOR,
}

REGION_SPEC: dict[str, KeyText] = {
    "turns": KeyText(Text("Những gì lần lượt hiện ở phần này.", "What it shows, in turn.")),
    "place": KeyText(
        Text("Phần nào của bảng; hoặc `box`.", "Which part of the face; or `box`."),
    ),
    "box": KeyText(
        Text(
            "Trái, trên, rộng, cao, tính bằng phần trăm của mặt bảng: `[0, 0, 30, 100]`.",
            "Left, top, width, height in percent of the face: `[0, 0, 30, 100]`.",
        ),
    ),
}

TURN_SPEC: dict[str, KeyText] = {**_STILL, "for": _FOR}
