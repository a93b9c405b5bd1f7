namespace Automation.Benchmarks;

internal static class Program
{
    /// <summary>The first argument names the benchmark; the rest are its own.</summary>
    private static int Main(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("usage: benchmarks NAME [options]");
            return 2;
        }

        switch (args[0])
        {
            case "mqtt-load":
                return Mqtt.Load.LoadCommand.Run(args.AsSpan(1), TimeProvider.System);
            case "mqtt-compare":
                return Mqtt.Load.CompareCommand.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            case "mqtt-soak":
                return Mqtt.Soak.SoakCommand.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            case "linkage-v1":
                return Engine.LinkageBenchmark.Run(args.AsSpan(1));
            case "history":
                return History.HistoryBenchmark.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            case "durable-load":
                return Durability.DurableLoadCommand.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            case "projection":
                return Hub.ProjectionBenchmark.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            case "rules":
                return Rules.RuleSetBenchmark.Run(args.AsSpan(1));
            case "isapi-parse":
                return Isapi.ParseCommand.Run(args.AsSpan(1), TimeProvider.System);
            case "isapi-streams":
                return Isapi.StreamsCommand.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            case "isapi-simulator":
                return Isapi.SimulatorCommand.RunAsync(args[1..], TimeProvider.System).GetAwaiter().GetResult();
            default:
                Console.Error.WriteLine($"unknown benchmark '{args[0]}'");
                return 2;
        }
    }
}
