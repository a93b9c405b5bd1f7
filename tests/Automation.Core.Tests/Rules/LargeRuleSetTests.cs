using System.Text;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>A folder of many rules costs what its rules cost: nothing is compared with everything.</summary>
public sealed class LargeRuleSetTests
{
    [Fact, Trait("Req", "LNK-12")]
    public void Read_TenTimesTheRules_TakesAboutTenTimesTheMemory()
    {
        Site site = SiteOf(400);
        long small = Allocated(site, 200);
        long large = Allocated(site, 2_000);
        Assert.True(large < 14 * small, $"{small:N0} bytes for 200 rules, {large:N0} for 2,000");
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_ManyRules_AreAllSoundAndLowered()
    {
        Site site = SiteOf(400);
        RuleSetReading reading = RuleSetReader.Read(Files(2_000), site, TemplateLibrary.Empty);
        Assert.Empty(reading.Findings);
        Assert.Equal(2_000, reading.Rules.Length);
        Assert.Equal(2_000, RuleLowering.Lower(site, reading.Rules).Rules.Length);
    }

    // Every rule links one source of its own to four resources; a site of the size of a real one.
    internal static Site SiteOf(int zones) => new()
    {
        Id = "s", Name = "S", TimeZone = TimeZoneInfo.Utc,
        Devices =
        [
            new Device { Address = ResourceAddress.Parse("s/panel"), Name = "Panel", Kind = "security-panel", Resources = [.. Enumerable.Range(0, zones).Select(i => new Resource { Address = ResourceAddress.Parse($"s/panel/zone/{i}") })] },
            new Device { Address = ResourceAddress.Parse("s/nvr"), Name = "Recorder", Kind = "nvr", Resources = [.. Enumerable.Range(1, 64).Select(i => new Resource { Address = ResourceAddress.Parse($"s/nvr/channel/{i}") }), .. Enumerable.Range(1, 64).Select(i => new Resource { Address = ResourceAddress.Parse($"s/nvr/alarm-output/{i}") })] },
        ],
    };

    internal static List<SourceFile> Files(int rules)
    {
        string[] events = ["zoneAlarm", "zoneTamper", "zoneFault", "fireAlarm", "gasAlarm", "waterAlarm", "panicAlarm", "medicalAlarm", "duress", "lowBattery", "tamperAlarm", "pirDetection", "zoneBypassed", "fallingDown", "longTimeLeave", "heartBeatAbnormal", "respireAbnormal", "temperatureAlarm", "communicationFault", "peripheralFault", "temperaturePreAlarm", "videoReview", "unknown", "panelReport", "tamperAlarm"];
        var files = new List<SourceFile>();
        for (int first = 0; first < rules; first += 500)
        {
            var text = new StringBuilder("[\n");
            for (int i = first; i < Math.Min(first + 500, rules); i++)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                    { "kind": "linkage", "id": "rule-{{i}}", "name": "Rule {{i}}", "source": "s/panel/zone/{{i % 400}}", "event": "{{events[i / 400]}}",
                      "actions": [ { "action": "triggerAlarmOutput", "on": ["s/nvr/alarm-output/{{1 + (i % 64)}}", "s/nvr/alarm-output/{{1 + ((i + 7) % 64)}}"] } ],
                      "schedule": { "weekly": { "mon-fri": ["00:00-08:00", "18:00-24:00"], "sat-sun": ["00:00-24:00"] } } },

                    """);
            }

            files.Add(new SourceFile($"rules-{first}.json", Encoding.UTF8.GetBytes(text.Append(']').ToString())));
        }

        return files;
    }

    // The least of several rounds: what else the process allocates only adds.
    private static long Allocated(Site site, int rules)
    {
        List<SourceFile> files = Files(rules);
        long least = long.MaxValue;
        for (int round = 0; round < 4; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            RuleSetReading reading = RuleSetReader.Read(files, site, TemplateLibrary.Empty);
            RuleLowering.Lower(site, reading.Rules);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
