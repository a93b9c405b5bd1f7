using System.Text.Json;
using Automation.Host.Hub;
using Automation.Host.Hub.Requests;
using Automation.Host.Tests.Operations;
using Automation.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub.Requests;

public sealed class RetainedRequestTests
{
    [Fact, Trait("Req", "HUB-5")]
    public async Task Subscribe_ARequestWasRetained_IsAnsweredThatItIsNotObeyed()
    {
        var bus = new FakeBus();
        await bus.PublishTextAsync("automation/request/health", """{"transaction":1}""", retain: true);
        var topics = new TopicNames("automation");
        var verbs = new RequestVerbs([]);
        await new RequestDesk(topics, bus, verbs, new ListedOperations(), TimeProvider.System, NullLogger.Instance).SubscribeAsync(CancellationToken.None);
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(Assert.Single(bus.Published, m => m.Topic == "automation/response/health").Payload.Span);
        Assert.Contains("retained", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(bus.Retained.ContainsKey("automation/response/health"));
    }
}
