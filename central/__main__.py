"""`tramtin-central`: welcome, keys, authority, prepare, sign, publish, live, collect, show, ..."""

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
    holder_command,
    key_commands,
    live_commands,
    pictures_command,
    prepare_command,
    prepare_video_command,
    profile_commands,
    publish_command,
    rehearse_command,
    relay_command,
    speak_command,
    stick_commands,
    welcome_command,
    why_command,
    withhold_commands,
)
from central.cli.authority_commands import authority
from central.cli.enrol_authority_commands import ca
from central.cli.enrol_commands import enrol
from central.cli.profile_folder import load_defaults
from central.cli.utf8_group import Utf8Group
from central.testbed import demo_command


@click.group(cls=Utf8Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tramtin")
@click.pass_context
def main(context: click.Context) -> None:
    """The centre: sign what stations may play, and collect the evidence that they played it."""
    context.default_map = load_defaults(context, main)


for _command in (
    welcome_command.welcome,
    profile_commands.profile,
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
    enrol,
    demo_command.demo,
):
    main.add_command(_command)
for _step in (
    authority_signing_commands.sign_authority,
    authority_signing_commands.publish_authority,
    authority_signing_commands.export_authority,
    authority_signing_commands.show_authority,
    holder_command.receive_key,
    holder_command.root_words,
):
    authority.add_command(_step)
enrol.add_command(ca)


if __name__ == "__main__":
    main()
