"""Power switches of amplifiers and loudspeaker lines."""
