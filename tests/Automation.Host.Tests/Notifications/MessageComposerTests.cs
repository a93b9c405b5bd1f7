using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Notifications;

namespace Automation.Host.Tests.Notifications;

public sealed class MessageComposerTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 17, 0, 5, TimeSpan.Zero);

    [Fact, Trait("Req", "EXC-3")]
    public void Write_Exception_SaysWhatWhereWhenAndWhy()
    {
        MessageText text = Write(Anna, (Exception("a"), One));
        Assert.Equal("Store: Video loss – Recorder, Entrance", text.Subject);
        Assert.Equal("Video loss – Recorder, Entrance, 20 Nov 2026 18:00:05", text.Short);
        Assert.Contains("When: 20 Nov 2026 18:00:05 (Europe/Berlin)", text.Text, StringComparison.Ordinal);
        Assert.Contains("Where: Recorder, Entrance (store/nvr/channel/1)", text.Text, StringComparison.Ordinal);
        Assert.Contains("Rule: Watch the cameras (watch, exception rule)", text.Text, StringComparison.Ordinal);
        Assert.Contains("Cause: videoLoss at store/nvr/channel/1", text.Text, StringComparison.Ordinal);
        Assert.Contains("Input: store-7", text.Text, StringComparison.Ordinal);
        Assert.Contains("Acknowledge with: a", text.Text, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Write_MessageOfARule_NamesTheConditionsThatHeld()
    {
        MessageText text = Write(Anna, (Message("a", "Somebody is at the door"), One));
        Assert.StartsWith("Somebody is at the door", text.Short, StringComparison.Ordinal);
        Assert.Contains("Rule: Loitering (loud, automation)", text.Text, StringComparison.Ordinal);
        Assert.Contains("Held: store/panel/area/1 arming is away|stay", text.Text, StringComparison.Ordinal);
        Assert.Contains("Held: mon-fri 18:00-24:00; sat,sun 00:00-24:00", text.Text, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Write_End_SaysHowLongItLasted()
    {
        MessageText text = Write(Anna, (Exception("a") with { EndedAt = At.AddMinutes(75) }, One with { End = true }));
        Assert.Equal("Over: Store: Video loss – Recorder, Entrance", text.Subject);
        Assert.Contains("Over since 20 Nov 2026 19:15:05, after 1 h 15 min.", text.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Acknowledge", text.Text, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Write_Escalation_SaysThatNobodyHasAcknowledged() =>
        Assert.StartsWith("Not acknowledged: Store: Video loss", Write(Anna, (Exception("a"), One with { Step = 1 })).Subject, StringComparison.Ordinal);

    [Fact, Trait("Req", "EXC-3")]
    public void Write_German_InHerZone()
    {
        MessageText text = Write(Anna with { Language = "de", TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Lisbon") }, (Exception("a"), One));
        Assert.Equal("Store: Videoausfall – Recorder, Entrance", text.Subject);
        Assert.Contains("Wann: 20. Nov. 2026 17:00:05 (Europe/Lisbon)", text.Text, StringComparison.Ordinal);
        Assert.Contains("Regel: Watch the cameras (watch, Ausnahmeregel)", text.Text, StringComparison.Ordinal);
        Assert.Equal("de", text.Language);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Write_Several_CountsThemAndSpellsOutTheFirst()
    {
        (Notice, Delivery)[] many = [.. Enumerable.Range(0, 60).Select(i => (Exception("n" + i), One))];
        MessageText text = Write(Anna, many);
        Assert.Equal("Store: 60 messages (Video loss)", text.Subject);
        Assert.Equal(50, text.Text.Split("Acknowledge with:").Length - 1);
        Assert.Contains("and 10 more", text.Text, StringComparison.Ordinal);
        Assert.EndsWith("and 57 more", text.Short, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Write_MarkupInAName_IsTextInHtml()
    {
        MessageText text = Write(Anna, (Message("a", "<script>alert(1)</script>\r\nBcc: x"), One));
        Assert.DoesNotContain("<script>", text.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", text.Html, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text.Subject);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Write_RuleAndSiteThatAreGone_StillSaysWhatIsKnown()
    {
        var gone = new OutgoingMessage("m", Anna, Way.Email, "", [(Exception("a") with { Site = "old", Rule = "gone" }, One)]);
        MessageText text = new MessageComposer(new World(), new NotificationLimits()).Write(gone);
        Assert.Equal("old: Video loss – store/nvr/channel/1", text.Subject);
        Assert.Contains("Rule: gone (gone)", text.Text, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Push_LongestMessage_FitsAPushService()
    {
        var message = new OutgoingMessage("m", Anna, Way.WebPush, "", [(Message("a", new string('\u0001', 500) + new string('ü', 5000)), One)]);
        MessageText text = new MessageComposer(new World(), new NotificationLimits()).Write(message);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(NotificationPayloads.Push(message, text with { Short = new string('ü', 5000) }, new World())), 1, Automation.Notify.WebPush.WebPushSender.MaximumBytes);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Phrases_EveryLanguage_HasEveryPhraseAndTakesTheSameValues()
    {
        Phrases english = Phrases.Of("en");
        Assert.Equal(["de", "en"], Phrases.Languages);
        foreach (Phrases phrases in Phrases.Languages.Select(Phrases.Of))
        {
            Assert.Empty(english.Names.Except(phrases.Names));
            Assert.Empty(phrases.Names.Where(n => !n.StartsWith("type.", StringComparison.Ordinal)).Except(english.Names));
            Assert.All(english.Names, n => Assert.Equal(Values(english[n]), Values(phrases[n])));
            Assert.Equal(12, phrases["months"].Split(' ').Length);
        }

        Assert.All(Phrases.Of("de").Names.Where(n => n.StartsWith("type.", StringComparison.Ordinal)), n => Assert.Contains(n[5..], EventTypes.All.Keys));
        static string Values(string phrase) => string.Concat(new[] { "{0}", "{1}" }.Where(v => phrase.Contains(v, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(3_600, "1 h")]
    [InlineData(3_660, "1 h 1 min")]
    [InlineData(90_061, "1 d 1 h")]
    [InlineData(86_460, "1 d")]
    public void Duration_SaysTheTwoLargestUnits(int seconds, string said) => Assert.Equal(said, Phrases.Of("en").Duration(TimeSpan.FromSeconds(seconds)));

    private static Person Anna { get; } = new() { Id = "anna", Roles = ["siteManager"] };

    private static Delivery One { get; } = new(1, 0, "anna", Way.Email, "", 0, false, At);

    private static Notice Exception(string id) => new() { Id = id, Site = "store", Cause = "store-7", At = At, Rule = "watch", Source = ResourceAddress.Parse("store/nvr/channel/1"), Exception = "videoLoss", Trigger = "videoLoss" };

    private static Notice Message(string id, string message) => new() { Id = id, Site = "store", Cause = "store-7", At = At, Rule = "loud", Source = ResourceAddress.Parse("store/nvr/channel/1"), Message = message };

    private static MessageText Write(Person person, params (Notice, Delivery)[] items) => new MessageComposer(new World(), new NotificationLimits()).Write(new OutgoingMessage("m", person, Way.Email, "", items));

    private sealed class World : INoticeWorld
    {
        private static readonly Site Store = new()
        {
            Id = "store", Name = "Store", TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
            Devices =
            [
                new Device
                {
                    Address = ResourceAddress.Parse("store/nvr"), Name = "Recorder", Kind = "nvr",
                    Resources = [new Resource { Address = ResourceAddress.Parse("store/nvr/channel/1"), Name = "Entrance" }],
                },
                new Device { Address = ResourceAddress.Parse("store/panel"), Name = "Panel", Kind = "security-panel", Resources = [new Resource { Address = ResourceAddress.Parse("store/panel/area/1") }] },
            ],
        };

        private static readonly ImmutableArray<RuleDefinition> Rules = RuleSetReader.Read(
            [
                new SourceFile("rules.json", """
                    [ { "kind": "exception", "id": "watch", "name": "Watch the cameras", "sources": ["store/nvr/channel/1"], "exceptions": ["videoLoss"], "schedule": { "weekly": { "mon": ["08:00-18:00"] } } },
                      { "kind": "automation", "id": "loud", "name": "Loitering", "triggers": [ { "event": "intrusion", "source": "store/nvr/channel/1" } ],
                        "conditions": { "all": [ { "state": "store/panel/area/1", "property": "arming", "in": ["away", "stay"] } ] },
                        "schedule": { "weekly": { "mon-fri": ["18:00-24:00"], "sat,sun": ["00:00-24:00"] } }, "actions": [ { "notify": "hello" } ] } ]
                    """u8.ToArray()),
            ],
            Store, TemplateLibrary.Read([]).Library).Rules;

        public Site? SiteOf(string site) => site == "store" ? Store : null;

        public RuleDefinition? RuleOf(string rule) => Rules.FirstOrDefault(r => r.Id == rule);
    }
}
