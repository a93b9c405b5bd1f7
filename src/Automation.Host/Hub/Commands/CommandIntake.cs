using Automation.Core.Model;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Commands;

/// <summary>Looks at commands of other clients and of people, and passes on what can be done. A command that is taken is on disk before anything is done, and ends.</summary>
internal sealed class CommandIntake(CommandLedger ledger, AlarmCode? code)
{
    /// <summary>Null: it is taken. Otherwise why not, and what to change.</summary>
    /// <param name="ended">Told how it ended; null: nobody waits.</param>
    /// <param name="left">Told instead when the plugin stops before it.</param>
    public async Task<string?> TakeAsync(
        Site site, SiteInbox inbox, ResourceAddress on, CommandText command, CommandOrigin origin, CommandEnded? ended, Func<string, Task> left, CancellationToken cancellationToken)
    {
        if (Refusal(site, on, command, origin, ended is not null) is { } refusal) return refusal;
        TimeSpan worth = ActionTypes.All[command.Action].WorthDoing;
        if (origin.Worth is { } wanted && wanted < worth) worth = wanted;
        var input = new SiteInput.Command(command.Action, on, command.Parameters, "command")
        {
            Worth = worth,
            Transaction = command.Transaction,
            Requested = ended is null ? null : id => ledger.Open(id, ended, left),
        };
        await inbox.PostAsync(input, cancellationToken);
        ledger.Taken(origin.Message);
        return null;
    }

    private string? Refusal(Site site, ResourceAddress on, CommandText command, CommandOrigin origin, bool isWaitedFor)
    {
        Device? device = site.Devices.FirstOrDefault(d => d.Address == on.DeviceAddress);
        if (device is null || !site.Addresses.Contains(on)) return $"there is no resource {on.Value}: devices/list names all";
        if (ActionCheck.Problem(device, on, command.Action, command.Parameters) is { } problem) return problem;
        if (command.Transaction is { } transaction ? ledger.WasTaken(origin.Message) : origin.IsRedelivered && ledger.WasTaken(origin.Message))
        {
            return command.Transaction is null ? "it was sent again and was taken the first time" : $"the transaction {command.Transaction} was taken already: give a new command a new one";
        }

        if (isWaitedFor && ledger.IsFull) return $"{CommandLedger.MaximumOpen} actions are under way: ask again when some have ended";
        return code?.Refusal(command.Action, command.Code);
    }
}
