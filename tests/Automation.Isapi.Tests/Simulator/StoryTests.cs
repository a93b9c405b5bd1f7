using System.Text;
using Automation.Simulator;
using Automation.Simulator.Stories;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

public sealed class StoryTests
{
    private const string Demo = """
        {"devices":[{"id":"panel","kind":"panel","areas":2,"zones":6,"zoneAreas":[1,1,1,1,2,2]},{"id":"nvr","kind":"recorder","channels":4,"alarmInputs":2},
          {"id":"gate","kind":"access"},{"id":"thermal","kind":"thermal"},{"id":"entrance","kind":"counting"},{"id":"exit","kind":"counting"}]}
        """;

    [Fact, Trait("Req", "HUB-4")]
    public void The_same_seed_writes_the_same_scenes()
    {
        Assert.Equal(Written(7), Written(7));
        Assert.NotEqual(Written(7), Written(8));

        static string Written(int seed)
        {
            var book = new SceneBook(SimulatorFile.Parse(Encoding.UTF8.GetBytes(Demo)).File!.Devices, new Random(seed));
            return string.Join('\n', Enumerable.Range(0, 3).SelectMany(_ => book.Scenes).Select(s => s()).Select(s => $"{s.Name}: {string.Join(' ', s.Steps.Select(x => x.After + x.Order.ToJsonString()))}"));
        }
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Every_scene_is_over_before_the_next_one_is_due()
    {
        var book = new SceneBook(SimulatorFile.Parse(Encoding.UTF8.GetBytes(Demo)).File!.Devices, new Random(1));
        foreach (Scene scene in Enumerable.Range(0, 50).SelectMany(_ => book.Scenes).Select(s => s()))
            Assert.True(scene.Steps.Sum(s => s.After.TotalSeconds) < 20, scene.Name);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void The_break_in_comes_first_and_alarms_within_half_a_minute()
    {
        Scene first = new SceneBook(SimulatorFile.Parse(Encoding.UTF8.GetBytes(Demo)).File!.Devices, new Random(1)).Scenes[0]();
        Assert.Equal("intruder", first.Name);
        int alarm = Array.FindIndex([.. first.Steps], s => (string?)s.Order["event"] == "zoneAlarm");
        Assert.InRange(alarm, 0, first.Steps.Length - 1);
        Assert.True(Story.FirstAfter + TimeSpan.FromSeconds(first.Steps.Take(alarm + 1).Sum(s => s.After.TotalSeconds)) < TimeSpan.FromSeconds(30));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_break_in_is_played_and_the_rest_of_the_site_lives_too()
    {
        await using Site site = await Site.StartAsync(Demo, new() { PlayStory = true });
        await using PartReader panel = await PartReader.OpenAsync(site.Client("panel"));
        string alarm = await site.Time.PassUntil(panel.FindAsync("\"code\":1103"), TimeSpan.FromSeconds(0.5));
        Assert.Contains("\"zone\":3", alarm, StringComparison.Ordinal);
        await using PartReader thermal = await PartReader.OpenAsync(site.Client("thermal"));
        await using PartReader exit = await PartReader.OpenAsync(site.Client("exit"));
        await site.Time.PassUntil(thermal.FindAsync("TMA"), TimeSpan.FromSeconds(1));
        await site.Time.PassUntil(exit.FindAsync("PeopleCounting"), TimeSpan.FromSeconds(1));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Every_order_of_every_scene_can_be_followed()
    {
        // The site itself fails on a complaint about an order that could not be followed; here each scene has its turn.
        await using Site site = await Site.StartAsync(Demo, new() { PlayStory = true }, seed: 5);
        string[] scenes = ["intruder", "visitor", "customers", "hot transformer", "wrong card", "delivery", "power cut"];
        await site.Time.PassUntil(() => scenes.All(s => site.Log.Count(l => l == "Story: " + s) >= 2), TimeSpan.FromSeconds(2));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_site_with_one_device_plays_what_it_can()
    {
        await using Site site = await Site.StartAsync("""{"devices":[{"id":"gate","kind":"access"}]}""", new() { PlayStory = true });
        await using PartReader gate = await PartReader.OpenAsync(site.Client("gate"));
        await site.Time.PassUntil(gate.FindAsync("\"subEventType\":25"), TimeSpan.FromSeconds(1));
    }
}
