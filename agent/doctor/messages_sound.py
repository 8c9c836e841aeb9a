"""Texts about sound, decoder and shaping of text; see `doctor.messages` for their form."""

from __future__ import annotations

from texts.catalogue import Catalogue, Text

SOUND: Catalogue = {
    "cards_good": Text("card âm thanh: {0}", "sound cards: {0}"),
    "cards_none": Text(
        "nhân hệ điều hành không thấy card âm thanh nào", "the kernel sees no sound card"
    ),
    "cards_none.step": Text(
        "cắm card USB, hoặc bật âm thanh trong cấu hình máy",
        "plug in a USB card, or enable sound in the machine's configuration",
    ),
    "sound_unneeded": Text("trạm này không có đầu ra tiếng", "this station has no sound output"),
    "sound_used": Text('đầu ra {1} dùng `device: "{0}"`', 'output {1} uses `device: "{0}"`'),
    "sound_free": Text('có thể dùng: `device: "{0}"`', 'can be used: `device: "{0}"`'),
    "sound_none": Text("không có đường tiếng nào mở được", "no sound output can be opened"),
    "sound_none.step": Text(
        "cắm card âm thanh; xem quyền nhóm `audio`",
        "plug in a sound card; look at the group `audio`",
    ),
    "sound_order": Text("thứ tự card của đầu ra {0}: {1}", "order of cards of output {0}: {1}"),
    "sound_unnamed": Text(
        '`device: "{0}"` của đầu ra {1} là card do máy tự chọn, có thể đổi khi cắm lại',
        '`device: "{0}"` of output {1} is whichever card the system chooses: a plug may change it',
    ),
    "sound_unnamed.step": Text(
        "ghi tên card trong danh sách vào audio.device",
        "write a card's name of the list into audio.device",
    ),
    "card_playing": Text(
        "card {0} đang phát (tiến trình {1})", "card {0} is playing now (process {1})"
    ),
    "engine_raised": Text(
        "tiến trình phát tiếng {0} chạy ở mức ưu tiên cao",
        "the audio engine {0} runs at raised priority",
    ),
    "engine_ordinary": Text(
        "tiến trình phát tiếng {0} không có ưu tiên cao: máy bận thì tiếng có thể đứt",
        "the audio engine {0} has no raised priority: a busy machine may break the sound",
    ),
    "engine_ordinary.step": Text(
        "cài lại tệp dịch vụ (`sudo make install`); nếu chạy trong container, cho phép SYS_NICE",
        "install the unit again (`sudo make install`); in a container, allow SYS_NICE",
    ),
    "microphone_unneeded": Text(
        "trạm này không có micro, đường vào hay monitor",
        "this station has no microphone, line-in or monitor",
    ),
    "microphone_good": Text(
        "{0}: mở được, mức cao nhất trong nửa giây {1} dBFS (khi có người nói: nên từ −18 đến −6)",
        "{0}: it opens, the peak of half a second is {1} dBFS (while somebody speaks: -18 to -6 is "
        "good)",
    ),
    "microphone_gone": Text(
        '{0}: không mở được `device: "{1}"`; đang có: {2}',
        '{0}: `device: "{1}"` cannot be opened; present: {2}',
    ),
    "microphone_gone.step": Text(
        "cắm lại card thu, hoặc ghi đúng tên ở voice_inputs hay monitor",
        "plug the card in again, or correct the name in voice_inputs or monitor",
    ),
    "microphone_dead": Text(
        "{0}: mở được nhưng im hẳn ({1} dBFS)", "{0}: it opens, but hears nothing ({1} dBFS)"
    ),
    "microphone_dead.step": Text(
        "cắm micro, bật công tắc micro, nâng mức thu bằng alsamixer (F4)",
        "plug the microphone in, switch it on, raise the capture level in alsamixer (F4)",
    ),
    "microphone_clipped": Text("{0}: mức {1} dBFS, vỡ tiếng", "{0}: {1} dBFS, it is overdriven"),
    "microphone_clipped.step": Text(
        "hạ mức thu bằng alsamixer (F4), hoặc mức ra của mixer",
        "lower the capture level in alsamixer (F4), or the mixer's output",
    ),
    "level_home": Text(
        "cụm {0}: khoảng {1} dBA tại nhà gần nhất ({2} m), chưa giảm gì",
        "cluster {0}: about {1} dBA at the nearest home ({2} m), nothing lowered",
    ),
    "level_cap": Text(
        "cụm {0}: mức trần tại chỗ {1} là {2} dBA, giảm {3} dB",
        "cluster {0}: the local cap {1} of {2} dBA takes {3} dB",
    ),
    "level_unknown": Text("cụm {0} chưa đo mức âm", "cluster {0} is not calibrated"),
    "level_unknown.step": Text(
        "đo theo chương hiệu chuẩn của sổ tay, rồi viết `spl` và `home_m`",
        "measure as the manual's chapter on calibration says, then write `spl` and `home_m`",
    ),
    "sound_gone": Text(
        '`device: "{0}"` của đầu ra {1} không có trên máy này',
        '`device: "{0}"` of output {1} is not on this machine',
    ),
    "sound_gone.step": Text(
        "cắm lại card, hoặc ghi một tên trong danh sách trên vào audio.device",
        "plug the card in, or write a name of the list above into audio.device",
    ),
    "sound_held": Text(
        '`device: "{0}"` của đầu ra {1} đang được chương trình giữ',
        '`device: "{0}"` of output {1} is held by the running agent',
    ),
    "sound_held.step": Text(
        "nghe thử bằng âm kiểm tra trên trang trạng thái",
        "listen to the test tone of the status page",
    ),
    "sound_twins": Text(
        'có {1} card cùng tên "{0}": hộp lấy cái đầu tiên',
        '{1} cards have the same name "{0}": the box takes the first',
    ),
    "sound_twins.step": Text(
        "ghi thêm cổng cắm của card vào audio.port (`ls -l /dev/snd/by-path`)",
        "write the card's socket into audio.port as well (`ls -l /dev/snd/by-path`)",
    ),
    "sound_list_died": Text(
        "không liệt kê được đường tiếng ({0})", "the sound outputs could not be listed ({0})"
    ),
    "sound_list_died.step": Text(
        "xem /etc/asound.conf: phải có một pcm tên `default`",
        "look at /etc/asound.conf: it needs a pcm called `default`",
    ),
    "voice_good": Text("đọc được chữ thành tiếng (giọng {0})", "reads texts aloud (voice {0})"),
    "espeak_missing": Text(
        "không có espeak-ng: tin khẩn cấp chỉ có chữ sẽ không được đọc",
        "no espeak-ng: an emergency of text only is not read aloud",
    ),
    "espeak_missing.step": Text(
        "`sudo apt-get install espeak-ng`; hộp tự nhận sau vài giây",
        "`sudo apt-get install espeak-ng`; the box finds it within seconds",
    ),
    "voice_broken": Text("espeak-ng hỏng: {0}", "espeak-ng does not work: {0}"),
    "voice_broken.step": Text(
        "`sudo apt-get install --reinstall espeak-ng`",
        "`sudo apt-get install --reinstall espeak-ng`",
    ),
    "ffmpeg_good": Text(
        "ffmpeg {0} giải mã được mọi loại tệp", "ffmpeg {0} decodes every kind of file"
    ),
    "ffmpeg_missing": Text(
        "không có ffmpeg: không phát được tệp nào", "no ffmpeg: no file can be played"
    ),
    "ffmpeg_missing.step": Text("`sudo apt-get install ffmpeg`", "`sudo apt-get install ffmpeg`"),
    "ffmpeg_broken": Text("ffmpeg hỏng (mã {0})", "ffmpeg is broken (code {0})"),
    "ffmpeg_broken.step": Text(
        "`sudo apt-get install --reinstall ffmpeg`", "`sudo apt-get install --reinstall ffmpeg`"
    ),
    "ffmpeg_lacks": Text("ffmpeg {0} thiếu: {1}", "ffmpeg {0} lacks: {1}"),
    "ffmpeg_lacks.step": Text(
        "dùng bản ffmpeg của Debian: `sudo apt-get install ffmpeg`",
        "use Debian's ffmpeg: `sudo apt-get install ffmpeg`",
    ),
    "shaping_good": Text(
        "chữ Việt và Khmer vẽ đúng (Raqm {0}; {1}, {2})",
        "Vietnamese and Khmer are drawn well (Raqm {0}; {1}, {2})",
    ),
    "shaping_missing": Text(
        "thiếu bộ xếp chữ: chữ Khmer sẽ vỡ", "no text shaping: Khmer would break"
    ),
    "shaping_missing.step": Text(
        "`sudo apt-get install libfribidi0`", "`sudo apt-get install libfribidi0`"
    ),
    "shaping_broken": Text(
        "bộ xếp chữ có đó nhưng chữ Khmer vẫn vỡ",
        "text shaping is there, but Khmer is broken all the same",
    ),
    "shaping_broken.step": Text(
        "cài lại: `sudo apt-get install --reinstall libfribidi0`, `sudo make install`",
        "install again: `sudo apt-get install --reinstall libfribidi0`, `sudo make install`",
    ),
    "font_missing": Text("thiếu phông {0}", "the font {0} is missing"),
    "font_missing.step": Text(
        "`sudo apt-get install fonts-noto-core`", "`sudo apt-get install fonts-noto-core`"
    ),
    "khmer_dictionary_missing": Text(
        "không có từ điển tiếng Khmer (ICU): chữ Khmer xuống dòng giữa các âm tiết, có khi giữa từ",
        "no dictionary of Khmer words (ICU): Khmer lines break between syllables, within words too",
    ),
    "khmer_dictionary_missing.step": Text(
        "cài lại: `sudo apt-get install --reinstall ffmpeg libxml2`",
        "install again: `sudo apt-get install --reinstall ffmpeg libxml2`",
    ),
    "font_poor": Text("phông {0} thiếu chữ: {1}", "the font {0} has no glyph for: {1}"),
    "font_poor.step": Text(
        "`sudo apt-get install --reinstall fonts-noto-core`",
        "`sudo apt-get install --reinstall fonts-noto-core`",
    ),
}
