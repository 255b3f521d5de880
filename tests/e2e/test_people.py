"""A workspace's people by the page: removed, invited by a link, let in; and what others see of it."""

from typing import Any

import pytest

from tests.e2e.looking import expect, menu
from tests.e2e.product import Product

pytestmark = pytest.mark.timeout(300)


def person(page: Any, name: str) -> Any:
    """A row of the list of people."""
    return page.get_by_role("region", name="People").get_by_role("listitem").filter(has_text=name)


def section(page: Any, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the settings").get_by_role("link", name=name).click()


def test_somebody_is_removed_and_comes_back_by_a_link(agent: Any, product: Product) -> None:
    menu(agent, "Workspace and people")
    expect(person(agent, "Dora")).to_contain_text("Viewer")
    expect(person(agent, "Ada")).to_contain_text("Owner")
    agent.get_by_role("button", name="Change Dora").click()
    agent.get_by_role("dialog").get_by_role("button", name="Remove…").click()
    question = agent.get_by_role("dialog", name="Remove Dora?")
    question.get_by_label("Open conversations go to").select_option(label="Ben")
    question.get_by_role("button", name="Remove", exact=True).click()
    expect(person(agent, "Dora")).to_have_count(0)

    section(agent, "Invitations")
    expect(agent.get_by_text("No open invitations")).to_be_visible()
    agent.get_by_label("Role").select_option(label="Viewer")
    agent.get_by_role("button", name="Make link").click()
    link = agent.get_by_role("region", name="The link").locator("code").text_content()
    place, _, token = link.partition("#")
    assert place == f"{product.url}/live-chat/join"
    agent.reload()
    expect(agent.get_by_text("Whoever has the link")).to_be_visible()
    assert token not in agent.content()

    dora = agent.context.new_page()
    dora.goto(f"{place}?as=dora#{token}")
    expect(dora.get_by_text("Ada invites you to")).to_be_visible()
    assert token not in dora.url
    # Nobody is let in by opening a link, and a reload loses nothing.
    dora.reload()
    dora.get_by_role("button", name="Accept").click()
    expect(dora.get_by_role("heading", level=1, name="Live Chat")).to_be_visible()
    expect(dora.get_by_role("navigation", name="Conversations")).to_be_visible()

    late = agent.context.new_page()
    late.goto(f"{place}?as=ben#{token}")
    expect(late.get_by_role("alert")).to_contain_text("was used already")
    late.goto(f"{product.url}/live-chat/team/invitations?as=ben")
    expect(late.get_by_text("Only admins can change what is here.")).to_be_visible()
    expect(person(late, "Dora")).to_contain_text("Viewer")
    expect(late.get_by_role("link", name="Invitations")).to_have_count(0)
    expect(late.get_by_role("button", name="Change Dora")).to_have_count(0)
    section(agent, "People")
    expect(person(agent, "Dora")).to_be_visible()
    for window in (dora, late):
        window.close()


def test_a_team_and_a_label_are_made_and_put_away(agent: Any) -> None:
    menu(agent, "Workspace and people")
    section(agent, "Teams")
    agent.get_by_label("Name of the team").fill("Night shift")
    agent.get_by_role("button", name="Make team").click()
    sheet = agent.get_by_role("dialog", name="Night shift")
    sheet.get_by_label("Chika").check()
    expect(sheet.get_by_label("Chika")).to_be_checked()
    agent.keyboard.press("Escape")
    row = agent.get_by_role("region", name="Teams").get_by_role("listitem").filter(has_text="Night shift")
    expect(row).to_contain_text("Chika")
    row.get_by_role("button", name="Change Night shift").click()
    sheet.get_by_role("button", name="Delete…").click()
    agent.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)

    section(agent, "Labels")
    agent.get_by_label("Name of the label").fill("Wedding")
    agent.get_by_role("button", name="Make label").click()
    label = agent.get_by_role("region", name="Labels").get_by_role("listitem").filter(has_text="Wedding")
    label.get_by_role("button", name="Change Wedding").click()
    agent.get_by_role("dialog").get_by_role("button", name="Archive…").click()
    agent.get_by_role("dialog").get_by_role("button", name="Archive", exact=True).click()
    expect(label).to_have_count(0)
