using System.Text.Json;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>What a newcomer sees of <c>run --demo</c>.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Demo_OnFreePorts_FiresRulesAndActsOnDevices_AndStopsWithNothingUnderWay()
    {
        await using HostProcess host = await HostProcess.Start(["run", "--demo", "--mqtt-port", "0", "--http-port", "0"]).RunningAsync();
        await using MosquittoSub sub = await MosquittoSub.StartAsync(host.MqttPort);
        await sub.HearsAsync("automation/status", p => p == "online");
        await sub.HearsAsync("automation/store/firings", _ => true);
        await sub.HearsAsync("automation/store/actions", p => p.Contains("\"succeeded\"", StringComparison.Ordinal));
        await Until.True(() => sub.Heard.Count(h => h.Topic.EndsWith("/availability", StringComparison.Ordinal) && h.Payload == "online") >= 6);
        Assert.All(sub.JsonOn("automation/store/firings"), f => Assert.Equal(JsonValueKind.String, f.GetProperty("cause").ValueKind));
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal) { "status", "info", "availability", "deviceState", "resourceState", "resourceEvent", "firings", "actions", "ruleState", "ruleEnabled" },
            TopicCheck.Holds(sub.Heard).ToHashSet());
        await host.StopAsync();
        Assert.Equal(0, host.ExitCode);
        Assert.Contains("Stopped; nothing is under way.", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" error ", host.Output, StringComparison.Ordinal);
    }
}
