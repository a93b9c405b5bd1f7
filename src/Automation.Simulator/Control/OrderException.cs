namespace Automation.Simulator.Control;

/// <summary>An order to the simulator that cannot be followed; the message is the one sentence its sender reads.</summary>
internal sealed class OrderException(string message) : Exception(message);
