using System.Globalization;
using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>1,000 connections, each with a subscription of its own, that say nothing: what each costs in memory.</summary>
internal static class IdleLoad
{
    private const int Connections = 1000;

    /// <summary>Before memory is looked at, so that code compiled for the first connection is not divided among the thousand.</summary>
    private const int WarmUp = 50;

    public static LoadResult Run(LoadTarget target, TimeSpan duration)
    {
        string run = LoadTarget.NewRun();
        if (!Hold(target, run + "w", WarmUp, TimeSpan.FromSeconds(1), out _)) return LoadResult.Failed("a connection was refused");
        long before = target.ResidentKilobytes;
        if (!Hold(target, run, Connections, duration, out long during)) return LoadResult.Failed("a connection was refused or closed");
        return new LoadResult([new LoadFigure("idle connection", "kB each", (double)(during - before) / Connections, new LoadAim(AimKind.ValueAtMost, 20))]);
    }

    private static bool Hold(LoadTarget target, string run, int count, TimeSpan duration, out long resident)
    {
        List<LoadClient> all = [];
        var poll = new LoadPoll();
        resident = 0;
        try
        {
            for (int i = 0; i < count; i++)
            {
                string number = i.ToString(CultureInfo.InvariantCulture);
                var client = new LoadBystander(target.Port, $"{run}c{number}");
                all.Add(client);
                List<LoadClient> alone = [client];
                if (!target.Connect(alone, poll)) return false;
                client.Subscribe(Encoding.UTF8.GetBytes($"bench/{run}/dev{number}/cmd"), 1);
                client.Flush();
                if (!target.WaitFor(alone, poll, () => client.SubscriptionsAcknowledged == 1)) return false;
            }

            target.Rest(all, poll, duration);
            resident = target.ResidentKilobytes;
            return all.TrueForAll(c => c.IsUp);
        }
        finally
        {
            foreach (LoadClient client in all) client.Dispose();
        }
    }
}
