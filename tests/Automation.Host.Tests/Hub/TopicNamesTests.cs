using Automation.Core.Model;
using Automation.Host.Hub;

namespace Automation.Host.Tests.Hub;

public sealed class TopicNamesTests
{
    private static readonly TopicNames Topics = new("automation");

    [Theory, Trait("Req", "DEV-5")]
    [InlineData("automation/rules/night/enabled/set", "night")]
    [InlineData("automation/rules//enabled/set", null)]
    [InlineData("automation/rules/night/enabled", null)]
    [InlineData("other/rules/night/enabled/set", null)]
    public void RuleOfSet_Topic_GivesTheRule(string topic, string? rule) => Assert.Equal(rule, Topics.RuleOfSet(topic));

    [Theory, Trait("Req", "DEV-5")]
    [InlineData("automation/store/panel/set", "store/panel")]
    [InlineData("automation/store/panel/area/1/set", "store/panel/area/1")]
    [InlineData("automation/STORE/panel/set", "STORE/panel")]
    public void TargetOfSet_Topic_GivesWhatItNames(string topic, string target) => Assert.Equal(target, Topics.TargetOfSet(topic));

    [Fact, Trait("Req", "DEV-5")]
    public void Topics_OfAResource_AreThoseOfTheTopicModel()
    {
        ResourceAddress zone = ResourceAddress.Parse("store/panel/zone/3");
        Assert.Equal("automation/store/panel/zone/3/state", Topics.State(zone));
        Assert.Equal("automation/store/panel/zone/3/event", Topics.Event(zone));
        Assert.Equal("automation/store/panel/availability", Topics.Availability(zone.DeviceAddress));
        Assert.Equal("automation/store/firings", Topics.Firings("store"));
        Assert.Equal("automation/rules/night/enabled", Topics.RuleEnabled("night"));
    }
}
