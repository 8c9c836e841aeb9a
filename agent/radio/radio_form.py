"""The forms in which radios send, and how ffmpeg finds out which it is."""

# No playlist and no concat script is among them: they name other addresses.
DEMUXERS = "mp3,aac,ogg,mpegts,mov,flac"
# By default ffmpeg takes 64 KB to guess MP3 from the middle of a frame: eight seconds of a radio.
GUESS = ("-format_whitelist", DEMUXERS, "-formatprobesize", "4096")
PROBE = ("-probesize", "32k", "-analyzeduration", "500000")
