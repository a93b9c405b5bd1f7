using System.Diagnostics;
using System.Globalization;
using System.Text;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Benchmarks.Rules;

/// <summary>A folder of linkage rules: read, checked, lowered and compiled. <c>rules --rules N</c> prints one JSON line.</summary>
internal static class RuleSetBenchmark
{
    private const int RulesPerFile = 100;
    private const int Rounds = 5;

    public static int Run(ReadOnlySpan<string> args)
    {
        if (args.Length != 2 || args[0] != "--rules" || !int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rules) || rules is < 1 or > 100_000)
        {
            Console.Error.WriteLine("usage: benchmarks rules --rules N (1 to 100000)");
            return 2;
        }

        Site site = Site(rules);
        SourceFile[] files = [.. Files(rules)];
        double first = 0;
        double best = double.MaxValue;
        double read = 0;
        double lower = 0;
        double compile = 0;
        for (int round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            RuleSetReading reading = RuleSetReader.Read(files, site, TemplateLibrary.Empty);
            double readDone = watch.Elapsed.TotalMilliseconds;
            var program = RuleLowering.Lower(site, reading.Rules);
            double lowerDone = watch.Elapsed.TotalMilliseconds;
            var engine = new SiteEngine(program, EngineOptions.Default);
            double total = watch.Elapsed.TotalMilliseconds;
            if (reading.Findings.Length > 0 || engine.Rules.Count != rules) throw new InvalidOperationException($"{reading.Findings.FirstOrDefault()}; {engine.Rules.Count} rules");
            if (round == 0) first = total;
            if (total >= best) continue;
            (best, read, lower, compile) = (total, readDone, lowerDone - readDone, total - lowerDone);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"rules\":{rules},\"bytes\":{files.Sum(f => f.Utf8.Length)},\"firstMilliseconds\":{first:0.0},\"bestMilliseconds\":{best:0.0},\"readAndCheckMilliseconds\":{read:0.0},\"lowerMilliseconds\":{lower:0.0},\"compileMilliseconds\":{compile:0.0}}}"));
        return 0;
    }

    /// <summary>One recorder for ten rules, as a large installation has.</summary>
    private static Site Site(int rules) => new()
    {
        Id = "bench",
        Name = "Bench",
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        Devices = [.. Enumerable.Range(0, (rules / 10) + 1).Select(d =>
        {
            ResourceAddress address = ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"bench/nvr-{d}"));
            return new Device
            {
                Address = address,
                Name = "Recorder",
                Kind = "nvr",
                Resources = [.. Enumerable.Range(1, 16).Select(c => new Resource { Address = address.Resource("channel", c) }), new Resource { Address = address.Resource("alarm-output", 1) }],
            };
        })],
    };

    private static IEnumerable<SourceFile> Files(int rules)
    {
        for (int file = 0; file * RulesPerFile < rules; file++)
        {
            var text = new StringBuilder("[\n");
            for (int i = file * RulesPerFile; i < Math.Min(rules, (file + 1) * RulesPerFile); i++)
            {
                int device = i / 10;
                int channel = (i % 10) + 1;
                text.Append(CultureInfo.InvariantCulture, $$"""
                      { "kind": "linkage", "id": "rule-{{i}}", "name": "Rule {{i}}", "source": "bench/nvr-{{device}}/channel/{{channel}}", "event": "motionDetection",
                        "actions": [ { "action": "record", "on": ["bench/nvr-{{device}}/channel/{{channel + 1}}"] }, { "action": "triggerAlarmOutput", "on": ["bench/nvr-{{device}}/alarm-output/1"] } ],
                        "schedule": { "weekly": { "mon-fri": ["00:00-08:00", "18:00-24:00"], "sat-sun": ["00:00-24:00"] } } },

                    """);
            }

            yield return new SourceFile(string.Create(CultureInfo.InvariantCulture, $"rules/{file:0000}.json"), Encoding.UTF8.GetBytes(text.Append(']').ToString()));
        }
    }
}
