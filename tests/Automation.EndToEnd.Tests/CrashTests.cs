using System.Collections.Concurrent;
using Automation.CrashTest;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>
/// The short form of the crash harness: fifty lives in two processes beside each other, each ended with SIGKILL. The long form is <c>dotnet run -c Release --project
/// tests/Automation.CrashTest -- --kills 1000 --seed 1</c>.
/// </summary>
public sealed class CrashTests
{
    [Fact, Trait("Req", "ACT-10")]
    public async Task KilledFiftyTimes_NothingIsLost_NothingIsDoneTwice_TheStateIsThatOfAStraightRun()
    {
        using var folder = new TempFolder();
        var said = new ConcurrentQueue<string>();
        CrashResult[] results = await Task.WhenAll(new[] { 1, 2 }.Select(seed =>
        {
            string own = Directory.CreateDirectory(folder.File($"seed-{seed}")).FullName;
            return new CrashRun(new CrashOptions { Kills = 25, Seed = seed }, own, what => said.Enqueue($"seed {seed}: {what}")).RunAsync();
        }));
        Assert.All(results, r => Assert.True(r is { Kills: 25, Lost: 0, Doubled: 0, HashMismatches: 0, Requests: > 0 }, $"{r}\n{string.Join('\n', said)}"));
    }
}
