"""`tramtin-central`: keys, authority, prepare, sign, publish, live, relay, collect, show, ..."""

from __future__ import annotations

import click

from central.cli import (
    authority_signing_commands,
    collector_command,
    confirm_command,
    database_commands,
    document_commands,
    draft_commands,
    echo_command,
    key_commands,
    live_commands,
    pictures_command,
    prepare_command,
    prepare_video_command,
    publish_command,
    rehearse_command,
    relay_command,
    speak_command,
    stick_commands,
    why_command,
    withhold_commands,
)
from central.cli.authority_commands import authority
from central.cli.utf8_group import Utf8Group
from central.testbed import demo_command


@click.group(cls=Utf8Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramtin")
def main() -> None:
    """The centre: sign what stations may play, and collect the evidence that they played it."""


for _command in (
    key_commands.keys,
    authority,
    prepare_command.prepare,
    prepare_video_command.prepare_video,
    speak_command.speak,
    draft_commands.draft,
    echo_command.echo,
    document_commands.sign,
    document_commands.combine,
    publish_command.publish,
    rehearse_command.rehearse,
    why_command.why,
    withhold_commands.withhold,
    withhold_commands.reinstate,
    live_commands.live,
    relay_command.relay,
    collector_command.collect,
    database_commands.show,
    pictures_command.pictures,
    confirm_command.confirm,
    stick_commands.export_stick,
    stick_commands.import_stick,
    database_commands.backup,
    demo_command.demo,
):
    main.add_command(_command)
for _step in (
    authority_signing_commands.sign_authority,
    authority_signing_commands.publish_authority,
    authority_signing_commands.export_authority,
    authority_signing_commands.show_authority,
):
    authority.add_command(_step)


if __name__ == "__main__":
    main()
