using Automation.Core.Model;
using Automation.Isapi.Events;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Events;

public sealed class CidCodesTests
{
    [Fact, Trait("Req", "EVT-5")]
    public void EveryCodeOfTheList_IsANamedTypedEvent()
    {
        string[] rows = File.ReadAllLines(Peer.SharedFolder("reference", "event-codes.csv"))[1..];
        Assert.Equal(328, rows.Length);
        foreach (string[] row in rows.Select(r => r.Split(',', 5)))
        {
            if (row[0] == "securityControl") Assert.True(CidCodes.All.ContainsKey(row[1]), row[1]);
            else Assert.True(EventNames.TypeOf(row[1]) is { } type && EventTypes.IsKnown(type), row[1]);
        }
    }

    [Fact, Trait("Req", "EVT-4")]
    public void EveryName_IsAnEventOfTheModel() => Assert.All(EventNames.Known, name => Assert.True(EventTypes.IsKnown(EventNames.TypeOf(name)!), name));

    [Fact, Trait("Req", "EVT-5")]
    public void States_FollowTheFirstDigit()
    {
        Assert.All(CidCodes.All.Values, code =>
        {
            EventState expected = !EventTypes.All[code.Type].Lasts ? EventState.Instant : code.Code[0] == '3' ? EventState.Inactive : EventState.Active;
            Assert.Equal(expected, code.State);
            Assert.NotEqual("", code.Name);
        });
    }
}
