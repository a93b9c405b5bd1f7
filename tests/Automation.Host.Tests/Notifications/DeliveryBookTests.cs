using Automation.Host.Notifications;
using Automation.Notify;

namespace Automation.Host.Tests.Notifications;

/// <summary>Who is told what, how and when (EXC-3, EXC-4), in virtual time.</summary>
public sealed class DeliveryBookTests
{
    private const string Hours = """{ "weekly": { "mon-fri": ["08:00-18:00"] } }""";

    private static readonly DeliveryOutcome Away = DeliveryOutcome.Failed(DeliveryReason.Unreachable, true, "nobody answers");

    [Fact, Trait("Req", "EXC-3")]
    public void Exception_begins_and_ends_whoever_was_told_the_one_is_told_the_other()
    {
        var scenario = new BookScenario(BookScenario.Settings);
        scenario.Begin("12:00", "a", ["portal", "mobileClient", "email"], ["siteManager", "installerAdmin"]);
        scenario.End("12:10", "a");
        Assert.Equal(
            ["mon 12:00 anna mobile a", "mon 12:00 anna email a", "mon 12:00 ivo mobile a", "mon 12:00 ivo email a", "mon 12:10 anna mobile a~", "mon 12:10 anna email a~", "mon 12:10 ivo mobile a~", "mon 12:10 ivo email a~"],
            scenario.Take());
        Assert.False(scenario.IsOpen("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Message_of_a_rule_is_told_once_and_done()
    {
        var scenario = new BookScenario(BookScenario.Settings);
        scenario.Begin("12:00", "a", exception: "");
        Assert.Equal(["mon 12:00 anna email a"], scenario.Take());
        Assert.False(scenario.IsOpen("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Portal_alone_tells_nobody_else()
    {
        var scenario = new BookScenario(BookScenario.Settings);
        scenario.Begin("12:00", "a", ["portal"]);
        scenario.RunTo("tue 12:00");
        Assert.Empty(scenario.Take());
        Assert.False(scenario.IsOpen("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Nobody_named_for_a_role_the_mobile_topic_is_told_under_its_name()
    {
        var scenario = new BookScenario(NotificationSettings.None);
        scenario.Begin("12:00", "a", ["portal", "mobileClient", "email"]);
        Assert.Equal(["mon 12:00 site-manager mobile a"], scenario.Take());
        Assert.Equal(["site-manager mobile sent", "site-manager email failed"], scenario.States("a"));
        Assert.Contains("has no address", scenario.DeliveriesOf("a")[1].Detail, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void People_of_other_sites_are_not_told()
    {
        Person elsewhere = BookScenario.Anna with { Id = "berta", Email = "berta@example.com", Sites = ["plant"] };
        var scenario = new BookScenario(BookScenario.Settings with { People = [BookScenario.Anna with { Sites = ["store", "plant"] }, elsewhere] });
        scenario.Begin("12:00", "a");
        Assert.Equal(["mon 12:00 anna email a"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-4")]
    public void Schedule_closed_messages_are_held_and_told_as_one_when_it_opens()
    {
        var scenario = new BookScenario(BookScenario.Settings) { RuleWindows = BookScenario.Windows(Hours) };
        scenario.Begin("17:59", "a");
        scenario.Begin("18:00", "b");
        scenario.Begin("23:00", "c");
        scenario.RunTo("tue 07:59");
        Assert.Equal(["mon 17:59 anna email a"], scenario.Take());
        scenario.RunTo("tue 08:00");
        Assert.Equal(["tue 08:00 anna email b,c"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-4")]
    public void Schedule_of_the_rule_does_not_hold_messages_of_its_steps()
    {
        // The schedule of such a rule is a condition: it does not even fire outside.
        var scenario = new BookScenario(BookScenario.Settings) { RuleWindows = BookScenario.Windows(Hours) };
        scenario.Begin("23:00", "a", exception: "");
        Assert.Equal(["mon 23:00 anna email a"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-4")]
    public void Exception_that_is_over_before_the_schedule_opens_is_withdrawn()
    {
        var scenario = new BookScenario(BookScenario.Settings) { RuleWindows = BookScenario.Windows(Hours) };
        scenario.Begin("19:00", "a");
        scenario.Begin("19:01", "b");
        scenario.End("20:00", "a");
        scenario.RunTo("tue 12:00");
        Assert.Equal(["tue 08:00 anna email b"], scenario.Take());
        Assert.Equal(["anna email withdrawn"], scenario.States("a"));
        Assert.False(scenario.IsOpen("a"));
    }

    [Fact, Trait("Req", "EXC-4")]
    public void Weekend_is_held_until_monday_however_long_that_is()
    {
        var scenario = new BookScenario(BookScenario.Settings) { RuleWindows = BookScenario.Windows(Hours) };
        scenario.Begin("fri 18:00", "a");
        scenario.RunTo(BookScenario.Monday.AddDays(7).AddHours(7));
        Assert.Empty(scenario.Take());
        scenario.RunTo(BookScenario.Monday.AddDays(7).AddHours(8));
        Assert.Equal(["mon 08:00 anna email a"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-4")]
    public void Night_in_which_the_clock_changes_is_held_until_the_clock_shows_eight()
    {
        // 25 October 2026, Berlin: 03:00 summer time becomes 02:00. The offset is two hours before, one after.
        Person anna = BookScenario.Anna with { Schedule = BookScenario.Windows("""{ "weekly": { "mon-sun": ["08:00-18:00"] } }""") };
        var gates = new DeliveryGates(_ => null, _ => TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Notice notice = new() { Id = "a", Site = "store", Cause = "c", At = default, Rule = "r" };
        DateTimeOffset evening = new(2026, 10, 24, 20, 0, 0, TimeSpan.FromHours(2));
        Assert.Equal(new DateTimeOffset(2026, 10, 25, 8, 0, 0, TimeSpan.FromHours(1)), gates.StateOf(notice, anna, evening).NextChange);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Own_schedule_and_zone_of_a_person_count_beside_the_rules()
    {
        // 08:00 in Lisbon is 09:00 in Berlin.
        Person anna = BookScenario.Anna with { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Lisbon"), Schedule = BookScenario.Windows(Hours) };
        var scenario = new BookScenario(BookScenario.Settings with { People = [anna] }) { RuleWindows = BookScenario.Windows("""{ "weekly": { "mon-sun": ["06:00-22:00"] } }""") };
        scenario.Begin("05:00", "a");
        scenario.Begin("07:00", "b");
        scenario.RunTo("12:00");
        Assert.Equal(["mon 09:00 anna email a,b"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Digest_collects_and_its_time_runs_from_the_first()
    {
        var scenario = new BookScenario(BookScenario.Settings with { People = [BookScenario.Anna with { Digest = TimeSpan.FromMinutes(15) }] });
        scenario.Begin("12:00", "a");
        scenario.Begin("12:14", "b");
        scenario.RunTo("12:15");
        scenario.Begin("12:16", "c");
        scenario.RunTo("13:00");
        Assert.Equal(["mon 12:15 anna email a,b", "mon 12:31 anna email c"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Storm_of_messages_is_told_up_to_the_limit_then_in_one()
    {
        var scenario = new BookScenario(BookScenario.Settings with { People = [BookScenario.Anna with { LimitMessages = 2, LimitPer = TimeSpan.FromHours(1) }] });
        for (int i = 0; i < 6; i++) scenario.Begin($"12:0{i}", "n" + i, ["portal", "mobileClient", "email"], exception: "");
        scenario.RunTo("15:00");
        string[] lines = scenario.Take();
        Assert.Equal(["mon 12:00 anna email n0", "mon 12:01 anna email n1", "mon 13:00 anna email n2,n3,n4,n5"], lines.Where(l => l.Contains("email", StringComparison.Ordinal)));
        Assert.Equal(6, lines.Count(l => l.Contains("mobile", StringComparison.Ordinal)));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Not_acknowledged_the_next_is_told_and_the_one_after_until_somebody_acknowledges()
    {
        NotificationSettings settings = BookScenario.Settings with
        {
            Escalation = [new EscalationStep(TimeSpan.FromMinutes(15), ["installerAdmin"], ["email"]), new EscalationStep(TimeSpan.FromMinutes(60), ["siteManager", "installerAdmin"], ["mobileClient"])],
        };
        var scenario = new BookScenario(settings);
        scenario.Begin("12:00", "a");
        scenario.Begin("12:01", "b");
        scenario.Acknowledge("12:10", "b");
        scenario.RunTo("12:20");
        Assert.Equal(["mon 12:00 anna email a", "mon 12:01 anna email b", "mon 12:15 ivo email a!"], scenario.Take());
        scenario.RunTo("14:00");
        Assert.Equal(["mon 13:00 anna mobile a!", "mon 13:00 ivo mobile a!"], scenario.Take());
        scenario.Acknowledge("15:00", "a");
        Assert.Empty(scenario.Take());
        Assert.True(scenario.IsOpen("a"));
        scenario.End("16:00", "a");
        Assert.Equal(4, scenario.Take().Length);
        Assert.False(scenario.IsOpen("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Escalation_counts_from_when_people_were_told_not_from_when_it_was_held()
    {
        NotificationSettings settings = BookScenario.Settings with { Escalation = [new EscalationStep(TimeSpan.FromMinutes(15), ["installerAdmin"], ["email"])] };
        var scenario = new BookScenario(settings) { RuleWindows = BookScenario.Windows(Hours) };
        scenario.Begin("19:00", "a");
        scenario.RunTo("tue 09:00");
        Assert.Equal(["tue 08:00 anna email a", "tue 08:15 ivo email a!"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void What_a_digest_still_holds_is_told_once_when_it_is_escalated()
    {
        NotificationSettings settings = BookScenario.Settings with
        {
            People = [BookScenario.Anna, BookScenario.Ivo with { Digest = TimeSpan.FromMinutes(30) }],
            Escalation = [new EscalationStep(TimeSpan.FromMinutes(15), ["installerAdmin"], ["email"])],
        };
        var scenario = new BookScenario(settings);
        scenario.Begin("12:00", "a", to: ["siteManager", "installerAdmin"]);
        scenario.RunTo("14:00");
        Assert.Equal(["mon 12:00 anna email a", "mon 12:15 ivo email a!"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Exception_that_is_over_is_not_escalated()
    {
        NotificationSettings settings = BookScenario.Settings with { Escalation = [new EscalationStep(TimeSpan.FromMinutes(15), ["installerAdmin"], ["email"])] };
        var scenario = new BookScenario(settings);
        scenario.Begin("12:00", "a");
        scenario.End("12:05", "a");
        scenario.RunTo("13:00");
        Assert.Equal(["mon 12:00 anna email a", "mon 12:05 anna email a~"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Server_away_is_tried_with_growing_pauses_until_it_is_back_under_the_same_id()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => Away };
        scenario.Begin("12:00", "a", exception: "");
        scenario.RunTo("14:00");
        DateTimeOffset[] tries = [.. scenario.Take().Select(l => BookScenario.At(l.Split(' ')[1]))];
        TimeSpan[] pauses = [.. tries.Zip(tries.Skip(1), (a, b) => b - a)];
        Assert.InRange(pauses[0], TimeSpan.FromSeconds(24), TimeSpan.FromSeconds(36));
        Assert.All(pauses.Skip(6), p => Assert.InRange(p, TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(18)));
        for (int i = 1; i < 5; i++) Assert.True(pauses[i] > pauses[i - 1], $"{pauses[i]} after {pauses[i - 1]}");
        scenario.Outcome = static _ => DeliveryOutcome.Done();
        scenario.RunTo("15:00");
        OutgoingMessage sent = Assert.Single(scenario.Sent);
        Assert.Equal("a-0", sent.Id);
        Assert.Equal(["anna email sent"], scenario.States("a"));
        Assert.Equal(tries.Length + 1, scenario.DeliveriesOf("a")[0].Attempts);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Server_away_what_comes_meanwhile_waits_and_is_told_together()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => Away };
        scenario.Begin("12:00", "a", exception: "");
        for (int i = 0; i < 5; i++) scenario.Begin($"12:00:0{i + 1}", "n" + i, exception: "");
        Assert.Equal(["mon 12:00 anna email a away"], scenario.Take().Select(l => l.Replace("unreachable", "away", StringComparison.Ordinal)));
        scenario.Outcome = static _ => DeliveryOutcome.Done();
        scenario.RunTo("12:01");
        Assert.Equal(2, scenario.Sent.Count);
        Assert.Equal(5, scenario.Sent.Max(m => m.Items.Count));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Wrong_password_leaves_the_server_alone_for_a_quarter_of_an_hour()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => DeliveryOutcome.Failed(DeliveryReason.Unauthorized, true, "535") };
        scenario.Begin("12:00", "a", exception: "");
        scenario.Begin("12:05", "b", exception: "", to: ["installerAdmin"]);
        scenario.RunTo("12:14");
        Assert.Equal(["mon 12:00 anna email a unauthorized"], scenario.Take());
        scenario.RunTo("12:15");
        Assert.Contains("mon 12:15 anna email a unauthorized", scenario.Take());
    }

    [Fact, Trait("Req", "ACT-10")]
    public void Unsent_for_a_day_it_is_given_up_and_seen()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => Away };
        scenario.Begin("12:00", "a", exception: "");
        scenario.RunTo("tue 11:59");
        Assert.Equal(["anna email sending"], scenario.States("a"));
        scenario.RunTo("tue 12:20");
        Assert.Equal(["anna email expired"], scenario.States("a"));
        Assert.Equal((DeliveryReason.Unreachable, "nobody answers"), (scenario.DeliveriesOf("a")[0].Reason, scenario.DeliveriesOf("a")[0].Detail));
        Assert.False(scenario.IsOpen("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Refused_for_good_it_is_a_dead_letter_that_can_be_tried_again()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => DeliveryOutcome.Failed(DeliveryReason.RecipientRefused, false, "550 nobody") };
        scenario.Begin("12:00", "a", exception: "");
        scenario.RunTo("13:00");
        Assert.Single(scenario.Take());
        Assert.Equal(["anna email failed"], scenario.States("a"));
        scenario.Outcome = static _ => DeliveryOutcome.Done();
        Assert.True(scenario.Retry("14:00", "a"));
        Assert.Equal(["mon 14:00 anna email a"], scenario.Take());
        Assert.Equal("a-0", Assert.Single(scenario.Sent).Id);
        Assert.False(scenario.Retry("15:00", "a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void One_refused_holds_up_nobody_else()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = m => m.Person.Id == "anna" ? DeliveryOutcome.Failed(DeliveryReason.RecipientRefused, false, "550") : DeliveryOutcome.Done() };
        scenario.Begin("12:00", "a", to: ["siteManager", "installerAdmin"]);
        Assert.Equal(["mon 12:00 anna email a recipientrefused", "mon 12:00 ivo email a"], scenario.Take());
        scenario.End("12:30", "a");
        Assert.Equal(["mon 12:30 ivo email a~"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Over_while_the_message_is_tried_again_nothing_is_told()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => Away };
        scenario.Begin("12:00", "a");
        scenario.End("12:00:10", "a");
        scenario.Outcome = static _ => DeliveryOutcome.Done();
        scenario.RunTo("13:00");
        Assert.Empty(scenario.Sent);
        Assert.Equal(["anna email withdrawn"], scenario.States("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Over_while_the_message_leaves_the_end_is_told_after_it()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => null };
        scenario.Begin("12:00", "a");
        scenario.End("12:00:10", "a");
        Assert.Single(scenario.Take());
        scenario.Outcome = static _ => DeliveryOutcome.Done();
        scenario.Finish(scenario.UnderWay[0], DeliveryOutcome.Done());
        Assert.Equal(["mon 12:00:10 anna email a~"], scenario.Take());
        Assert.Equal("a-0", Assert.Single(scenario.Sent).BelongsTo);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Crash_while_a_message_leaves_it_leaves_again_under_the_same_id()
    {
        var scenario = new BookScenario(BookScenario.Settings) { Outcome = _ => null };
        scenario.Begin("12:00", "a", exception: "");
        string id = scenario.UnderWay[0].Id;
        scenario.Outcome = static _ => DeliveryOutcome.Done();
        scenario.Restart();
        Assert.Equal(id, Assert.Single(scenario.Sent).Id);
        scenario.Restart();
        scenario.RunTo("13:00");
        Assert.Single(scenario.Sent);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Crash_while_messages_are_held_they_are_told_when_it_is_time()
    {
        NotificationSettings settings = BookScenario.Settings with { Escalation = [new EscalationStep(TimeSpan.FromMinutes(15), ["installerAdmin"], ["email"])] };
        var scenario = new BookScenario(settings) { RuleWindows = BookScenario.Windows(Hours) };
        scenario.Begin("19:00", "a");
        scenario.Restart();
        scenario.RunTo("tue 08:05");
        scenario.Restart();
        scenario.RunTo("tue 09:00");
        scenario.Restart();
        scenario.RunTo("tue 12:00");
        Assert.Equal(["tue 08:00 anna email a", "tue 08:15 ivo email a!"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Browsers_are_told_each_and_one_that_is_gone_harms_nobody()
    {
        var scenario = new BookScenario(BookScenario.Settings with { WebPush = new WebPushSettings { Subject = "mailto:a@b.c" } })
        {
            Browsers = p => p == "anna" ? ["https://x/1", "https://x/2"] : [],
            Outcome = m => m.Target.EndsWith('1') ? DeliveryOutcome.Failed(DeliveryReason.Gone, false, "410") : DeliveryOutcome.Done(),
        };
        scenario.Begin("12:00", "a", ["portal", "mobileClient"]);
        Assert.Equal(["anna mobile sent", "anna webpush failed", "anna webpush sent"], scenario.States("a"));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Flood_beyond_the_bound_is_seen_and_not_sent()
    {
        var limits = new NotificationLimits { OpenNotices = 10, NoticesInAMessage = 4 };
        var scenario = new BookScenario(BookScenario.Settings with { Limits = limits }) { RuleWindows = BookScenario.Windows(Hours) };
        for (int i = 0; i < 12; i++) scenario.Begin("19:00", $"n{i:00}");
        Assert.Equal(["anna email failed"], scenario.States("n11"));
        Assert.Equal(DeliveryReason.Busy, scenario.DeliveriesOf("n11")[0].Reason);
        scenario.RunTo("tue 08:00");
        Assert.Equal(["tue 08:00 anna email n00,n01,n02,n03", "tue 08:00 anna email n04,n05,n06,n07", "tue 08:00 anna email n08,n09"], scenario.Take());
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Many_at_once_only_a_few_are_under_way()
    {
        Person[] many = [.. Enumerable.Range(0, 20).Select(i => BookScenario.Anna with { Id = $"p{i:00}", Email = $"p{i}@example.com" })];
        var scenario = new BookScenario(BookScenario.Settings with { People = [.. many] }) { Outcome = _ => null };
        scenario.Begin("12:00", "a", exception: "");
        Assert.Equal(4, scenario.UnderWay.Count);
        while (scenario.UnderWay.Count > 0)
        {
            scenario.Finish(scenario.UnderWay[0], DeliveryOutcome.Done());
            Assert.InRange(scenario.UnderWay.Count, 0, 4);
        }

        Assert.All(scenario.States("a"), s => Assert.EndsWith("sent", s, StringComparison.Ordinal));
    }
}
